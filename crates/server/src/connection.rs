//! One connection, from its first byte to its last.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use admin::Route;
use handler::Handler;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};

use crate::house::{Guest, Order};
use crate::phase::Phase;
use crate::refusal::Refusal;
use crate::respond::respond;
use crate::site::Site;
use crate::socket::Socket;

/// How hyper's part of a connection ended.
enum End {
    /// By itself: the client left, an error, or the last answer is written.
    Done,
    /// Nothing came for too long, and it closed when it was asked to.
    Idle,
    /// A head took too long; nothing is being written.
    SlowHead,
    /// It had to leave at once.
    Cut,
}

/// Serves a connection to its end.
pub(crate) async fn serve<H, S>(stream: S, guest: Guest, site: &'static Site<H>)
where
    H: Handler + 'static,
    S: AsyncRead + AsyncWrite + Unpin,
{
    let guest = Arc::new(guest);
    let service = {
        let guest = Arc::clone(&guest);
        service_fn(move |request| {
            let guest = Arc::clone(&guest);
            async move { Ok::<_, Infallible>(respond(request, site, &guest).await) }
        })
    };
    let socket = TokioIo::new(Socket::new(stream, Arc::clone(&guest)));
    let mut connection = site.http.serve_connection(socket, service);

    let (mut finishing, mut idle, mut asked_again) = (false, false, false);
    let end = poll_fn(|cx| {
        let seat = guest.seat();
        seat.register(cx.waker());
        if seat.order() == Order::Leave {
            return Poll::Ready(End::Cut);
        }
        loop {
            // Before anything is decided: what has come in the meantime counts.
            if Pin::new(&mut connection).poll(cx).is_ready() {
                // Where a client offered an upgrade before it sent what is not HTTP, hyper ends with the rest of its
                // answer unwritten; asked again, it writes that, too.
                if !asked_again && seat.moment().phase() == Phase::Writing {
                    asked_again = true;
                    continue;
                }
                return Poll::Ready(if idle { End::Idle } else { End::Done });
            }
            if seat.is_late() {
                match seat.moment().phase() {
                    Phase::Head => return Poll::Ready(End::SlowHead),
                    Phase::Writing => return Poll::Ready(End::Cut),
                    // Asked to close, and still here.
                    Phase::Idle if idle => return Poll::Ready(End::Cut),
                    Phase::Idle => idle = true,
                    // `body::read` sees to a late body.
                    Phase::Body | Phase::Handling | Phase::Lingering => {}
                }
            }
            // A head that has begun is a request in flight, which hyper does not know.
            let is_to_finish =
                seat.order() == Order::Finish && seat.moment().phase() != Phase::Head;
            if finishing || !(idle || is_to_finish) {
                return Poll::Pending;
            }
            finishing = true;
            Pin::new(&mut connection).graceful_shutdown();
        }
    })
    .await;

    let parts = connection.into_parts();
    let mut socket = parts.io.into_inner();
    let slow_head = match end {
        End::Cut => return,
        // Nothing is owed to a client that sent nothing.
        End::Idle if parts.read_buf.is_empty() => return,
        // Idle with something read: the beginning of a head that came along with the request before it.
        End::SlowHead | End::Idle => true,
        End::Done => false,
    };
    guest.enter(Phase::Lingering);
    if slow_head {
        // As a request of its own, so that it is counted.
        let mut shown = guest.request(Route::OTHER);
        shown.answered(408);
        guest.enter(Phase::Lingering);
        let message = Refusal::SlowHead(site.limits.head_time).message();
        if unless_late(&guest, socket.stream.write_all(&message))
            .await
            .is_none_or(|written| written.is_err())
        {
            return;
        }
    }
    linger(&mut socket, &guest).await;
}

/// Says that nothing more will be written, and reads what the client still sends until it has seen that.
async fn linger<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut Socket<S>, guest: &Guest) {
    unless_late(guest, async {
        if socket.stream.shutdown().await.is_ok() && !socket.ended {
            poll_fn(|cx| poll_discard(&mut socket.stream, cx)).await;
        }
    })
    .await;
}

/// Reads until there is nothing more to be read.
fn poll_discard<S: AsyncRead + Unpin>(stream: &mut S, cx: &mut Context<'_>) -> Poll<()> {
    let mut bytes = [0; 4096];
    loop {
        let mut buffer = ReadBuf::new(&mut bytes);
        if ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer)).is_err()
            || buffer.filled().is_empty()
        {
            return Poll::Ready(());
        }
    }
}

/// Runs a future until it is done, the phase has lasted too long, or the connection has to leave.
async fn unless_late<T>(guest: &Guest, future: impl Future<Output = T>) -> Option<T> {
    let mut future = std::pin::pin!(future);
    poll_fn(|cx| {
        let seat = guest.seat();
        seat.register(cx.waker());
        if seat.is_late() || seat.order() == Order::Leave {
            return Poll::Ready(None);
        }
        future.as_mut().poll(cx).map(Some)
    })
    .await
}
