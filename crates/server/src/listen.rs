//! A listener, and the life of the service behind it.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::task::Poll;
use std::time::Duration;

use admin::State;
use tokio::net::{TcpListener, TcpSocket, TcpStream, UnixStream};
use tokio::task::JoinSet;

use crate::house::{Guest, Order};
use crate::respond::{CLIENT, FREE_PLACE};
use crate::{Limits, Served, Service};

/// Connections that the kernel holds until they are accepted: the most that Linux takes by default (`somaxconn`), so that
/// a rush is not met with lost packets.
const BACKLOG: u32 = 4096;

/// How long accepting rests when the system has no room for a connection: long enough for some to end.
const REST: Duration = Duration::from_millis(50);

/// How long accepting, and connections that are idle, go on after the stop: a kernel that is busy hands on what was sent before
/// it some milliseconds later.
const ARRIVED: Duration = Duration::from_millis(50);

/// Why there is no service.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}")]
pub struct ListenError {
    /// Where.
    pub address: SocketAddr,
    /// Why.
    pub source: io::Error,
}

/// A service behind a listener.
#[derive(Debug)]
pub struct Server<H: 'static> {
    listener: TcpListener,
    address: SocketAddr,
    service: Service<H>,
}

/// How a service ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// Connections with a request that was still in flight when the [grace time](Limits::grace_time) was over.
    pub cut: usize,
}

impl<H: Served> Server<H> {
    /// Listens, and serves nothing yet. To be called within a runtime.
    ///
    /// The handler is never dropped: see [`Service::new`].
    ///
    /// # Errors
    ///
    /// When the address can't be listened on.
    pub fn bind(address: SocketAddr, handler: H, limits: Limits) -> Result<Self, ListenError> {
        Self::of(Service::new(handler, limits), address)
    }

    /// Listens for a service, as [`bind`](Self::bind) does for a handler alone.
    ///
    /// # Errors
    ///
    /// When the address can't be listened on.
    pub fn of(service: Service<H>, address: SocketAddr) -> Result<Self, ListenError> {
        let listen = || {
            let socket = if address.is_ipv4() {
                TcpSocket::new_v4()?
            } else {
                TcpSocket::new_v6()?
            };
            socket.set_reuseaddr(true)?;
            socket.bind(address)?;
            let listener = socket.listen(BACKLOG)?;
            Ok((listener.local_addr()?, listener))
        };
        let (address, listener) = listen().map_err(|source| ListenError { address, source })?;
        Ok(Self {
            listener,
            address,
            service,
        })
    }

    /// Where it listens: with the port that the system chose, if it was asked to choose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it serves.
    pub fn service(&self) -> &Service<H> {
        &self.service
    }

    /// Serves until `stop`; then accepts no more, and returns when the requests in flight have their answers.
    pub async fn run(self, stop: impl Future<Output = ()>) -> Stopped {
        let Self {
            listener, service, ..
        } = self;
        let mut chores = JoinSet::new();
        chores.spawn({
            let service = service.clone();
            async move { service.keep_time().await }
        });
        chores.spawn({
            let service = service.clone();
            async move { service.keep_young().await }
        });

        service.readiness().ready();
        let task = service.activity().task("accept connections");
        task.enter(State::Waiting(CLIENT));
        let mut stop = pin!(stop);
        while let Some(accepted) = unless(stop.as_mut(), listener.accept()).await {
            match accepted {
                Ok((stream, peer)) => {
                    task.enter(State::Waiting(FREE_PLACE));
                    let shown = || service.activity().connection(peer);
                    let house = &service.house;
                    // Before the stop is looked at again: who has been accepted is served where there is room.
                    let guest = match house.enter(shown) {
                        Some(guest) => guest,
                        None => match unless(stop.as_mut(), house.enter_or_wait(shown)).await {
                            Some(guest) => guest,
                            None => break,
                        },
                    };
                    service.spawn(stream, guest);
                    task.enter(State::Waiting(CLIENT));
                }
                // That client's own trouble.
                Err(error) if is_of_the_client(&error) => {}
                // No descriptor, or no memory, for one more: somebody makes room.
                Err(_) => {
                    service.house.evict();
                    let rest = tokio::time::sleep(REST);
                    if unless(stop.as_mut(), rest).await.is_none() {
                        break;
                    }
                }
            }
        }
        service.readiness().not_ready();
        // Who has connected by now is served.
        let until = tokio::time::Instant::now() + ARRIVED;
        while let Ok(Ok((stream, peer))) = tokio::time::timeout_at(until, listener.accept()).await
            && let Some(connection) = service.connection(stream, peer)
        {
            tokio::spawn(connection);
        }
        if service.take_the_rest(listener).is_ok() {
            let _ = events_are_told().await;
        }
        let house = &service.house;
        house.tell(Order::Finish);
        let grace = service.limits().grace_time;
        let finished = tokio::time::timeout(grace, house.empty()).await;
        let cut = if finished.is_ok() { 0 } else { house.at_work() };
        house.tell(Order::Leave);
        house.empty().await;
        Stopped { cut }
    }
}

impl<H: Served> Service<H> {
    fn spawn(&self, stream: TcpStream, guest: Guest) {
        // An answer is written whole: there is nothing to wait for. A socket that can't be told is about to fail anyway.
        let _ = stream.set_nodelay(true);
        tokio::spawn(self.serve(stream, guest));
    }

    /// Accepts what waits in the kernel's queue, as far as there is room, and closes the listener. The kernel is asked itself:
    /// the runtime knows of a connection only once it has read the event, and would leave it to be reset.
    fn take_the_rest(&self, listener: TcpListener) -> io::Result<()> {
        let listener = listener.into_std()?;
        while let Ok((stream, peer)) = listener.accept() {
            stream.set_nonblocking(true)?;
            let Some(connection) = self.connection(TcpStream::from_std(stream)?, peer) else {
                break;
            };
            tokio::spawn(connection);
        }
        Ok(())
    }
}

/// Returns when every socket knows what had arrived at the time of the call: an event of our own is read after those that
/// were in the queue before it.
async fn events_are_told() -> io::Result<()> {
    let (ours, other) = UnixStream::pair()?;
    drop(other);
    ours.readable().await
}

fn is_of_the_client(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset
    )
}

/// What a future gives, unless `stop` comes first.
async fn unless<T>(
    mut stop: Pin<&mut impl Future<Output = ()>>,
    future: impl Future<Output = T>,
) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        if stop.as_mut().poll(cx).is_ready() {
            return Poll::Ready(None);
        }
        future.as_mut().poll(cx).map(Some)
    })
    .await
}
