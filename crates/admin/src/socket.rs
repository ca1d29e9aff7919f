//! A connection's bytes: what is written has a time limit, and who left is noticed.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, OwnedFd};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Sleep, sleep};

/// How often it is asked whether a client has left.
const ASKING: Duration = Duration::from_millis(200);

/// A stream whose client has to take what is written within a time.
pub(crate) struct Socket {
    stream: TcpStream,
    limit: Duration,
    /// Runs from the first write that has to wait until all is written.
    waiting: Option<Pin<Box<Sleep>>>,
}

impl Socket {
    pub(crate) fn new(stream: TcpStream, limit: Duration) -> Self {
        Self {
            stream,
            limit,
            waiting: None,
        }
    }

    /// Lets a write wait for as long as the limit has it.
    fn in_time<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_pending() {
            let limit = self.limit;
            let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(limit)));
            if waiting.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
        }
        written
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.in_time(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.in_time(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// All that was to be written is with the system.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.waiting = None;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Waits until the client has closed its side, or the connection is broken. The system tells that also while bytes of the
/// client are unread.
pub(crate) async fn left(socket: &OwnedFd) {
    loop {
        sleep(ASKING).await;
        let mut asked = [PollFd::new(socket, PollFlags::RDHUP)];
        // It does not wait. The other two are told unasked.
        let told = poll(&mut asked, Some(&Timespec::default()));
        let ends = PollFlags::RDHUP | PollFlags::HUP | PollFlags::ERR;
        if told.is_ok() && asked.iter().any(|told| told.revents().intersects(ends)) {
            return;
        }
    }
}

/// Another descriptor of a connection's socket, for [`left`].
pub(crate) fn watched(stream: &TcpStream) -> io::Result<OwnedFd> {
    stream.as_fd().try_clone_to_owned()
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::io::{self, Read, Write};
    use std::net::Shutdown;
    use std::pin::Pin;
    use std::thread;
    use std::time::Duration;

    use tokio::io::AsyncWrite;
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::timeout;

    use super::{Socket, left, watched};

    /// More than the two ends of a connection keep.
    const MUCH: usize = 32 << 20;

    const PATIENCE: Duration = Duration::from_secs(20);

    async fn pair() -> (TcpStream, std::net::TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = std::net::TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        (stream, client)
    }

    async fn write(socket: &mut Socket, mut count: usize) -> io::Result<()> {
        let bytes = vec![1; 1 << 16];
        while count > 0 {
            let piece = &bytes[..count.min(bytes.len())];
            count -= poll_fn(|cx| Pin::new(&mut *socket).poll_write(cx, piece)).await?;
        }
        poll_fn(|cx| Pin::new(&mut *socket).poll_flush(cx)).await
    }

    #[tokio::test]
    async fn a_client_that_does_not_read_is_given_up() {
        let (stream, client) = pair().await;
        let mut socket = Socket::new(stream, Duration::from_millis(300));
        let written = timeout(PATIENCE, write(&mut socket, MUCH)).await.unwrap();
        assert_eq!(written.unwrap_err().kind(), io::ErrorKind::TimedOut);
        drop(client);
    }

    #[tokio::test]
    async fn a_client_that_reads_is_given_time_for_each_answer() {
        let (pause, limit) = (Duration::from_millis(1200), Duration::from_secs(3));
        let (stream, client) = pair().await;
        let reader = thread::spawn(move || {
            for _ in 0..3 {
                thread::sleep(pause);
                io::copy(&mut (&client).take(MUCH as u64), &mut io::sink()).unwrap();
            }
        });
        let mut socket = Socket::new(stream, limit);
        for _ in 0..3 {
            timeout(PATIENCE, write(&mut socket, MUCH))
                .await
                .unwrap()
                .unwrap();
            assert!(socket.waiting.is_none());
        }
        reader.join().unwrap();
    }

    #[tokio::test]
    async fn a_client_leaves_with_its_side_whatever_it_has_sent() {
        let (stream, mut client) = pair().await;
        let socket = watched(&stream).unwrap();
        client.write_all(b"more").unwrap();
        let short = Duration::from_secs(1);
        assert!(timeout(short, left(&socket)).await.is_err());
        client.shutdown(Shutdown::Write).unwrap();
        assert!(timeout(PATIENCE, left(&socket)).await.is_ok());
    }
}
