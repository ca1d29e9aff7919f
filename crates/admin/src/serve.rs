//! The port itself: a thread with a runtime of its own.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use thiserror::Error;
use tokio::net::TcpStream;
use tokio::runtime::{self, Handle};
use tokio::sync::{Semaphore, oneshot};

use crate::access::{BindError, Token};
use crate::activity::{Activity, Names};
use crate::endpoint;
use crate::metrics::Collector;
use crate::readiness::Readiness;
use crate::runtime::Runtime;
use crate::socket::{self, Socket};

/// A few people and a scraper use the port; more connections wait.
const MOST_CONNECTIONS: usize = 64;

/// How long a connection may take to send a head, or be silent between two requests.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a client may take to read an answer, or what there is of one that is sent as it comes: a profile of some
/// megabytes over a slow network. Without a limit, clients that do not read would have all places.
const WRITE_TIMEOUT: Duration = Duration::from_mins(1);

/// How long to wait when a connection cannot be accepted: the process has no descriptor left, say.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// An admin port that is bound and not yet served.
pub struct Admin {
    listener: TcpListener,
    port: Port,
}

/// What the answers are made of.
pub(crate) struct Port {
    pub(crate) address: SocketAddr,
    pub(crate) token: Option<Token>,
    pub(crate) activity: Activity,
    pub(crate) readiness: Readiness,
    pub(crate) runtimes: Vec<Runtime>,
    pub(crate) collectors: Vec<Box<dyn Collector>>,
}

impl Admin {
    /// Binds the port; port 0 lets the system choose.
    ///
    /// # Errors
    ///
    /// If the address is not a loopback address and there is no token, or if the system refuses it.
    pub fn bind(address: SocketAddr, token: Option<Token>) -> Result<Self, BindError> {
        if !address.ip().to_canonical().is_loopback() && token.is_none() {
            return Err(BindError::NeedsToken(address));
        }
        let listen = |source| BindError::Listen { address, source };
        let listener = TcpListener::bind(address).map_err(listen)?;
        listener.set_nonblocking(true).map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        Ok(Self {
            listener,
            port: Port {
                address,
                token,
                activity: Activity::new(Names::default()),
                readiness: Readiness::default(),
                runtimes: Vec::new(),
                collectors: Vec::new(),
            },
        })
    }

    /// The address that was bound.
    pub fn local_addr(&self) -> SocketAddr {
        self.port.address
    }

    /// Shows what the service does.
    #[must_use]
    pub fn activity(mut self, activity: Activity) -> Self {
        self.port.activity = activity;
        self
    }

    /// Answers `/readyz` from this; without it the service never counts as ready.
    #[must_use]
    pub fn readiness(mut self, readiness: Readiness) -> Self {
        self.port.readiness = readiness;
        self
    }

    /// Adds a tokio runtime's metrics, under this name.
    #[must_use]
    pub fn runtime(mut self, name: impl Into<String>, handle: &Handle) -> Self {
        self.port.runtimes.push(Runtime::new(name.into(), handle));
        self
    }

    /// Adds metrics.
    #[must_use]
    pub fn collector(mut self, collector: impl Collector + 'static) -> Self {
        self.port.collectors.push(Box::new(collector));
        self
    }

    /// Serves the port on a thread of its own, until the value is dropped.
    ///
    /// # Errors
    ///
    /// If the system gives no thread, or no runtime for it.
    pub fn serve(self) -> io::Result<Serving> {
        let Self { listener, port } = self;
        let address = port.address;
        let (stop, stopped) = oneshot::channel();
        let runtime = runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let guard = runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener)?;
        drop(guard);
        let thread = thread::Builder::new()
            .name(String::from("admin"))
            .spawn(move || {
                runtime.block_on(async {
                    tokio::select! {
                        () = accept(listener, Arc::new(port)) => {}
                        _ = stopped => {}
                    }
                });
                // Not for tasks that block: a child that is being waited for ends by itself.
                runtime.shutdown_background();
            })?;
        Ok(Serving {
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }
}

/// An admin port that is served; dropping it closes the port, its connections and their profiles.
#[must_use = "dropping it closes the port"]
pub struct Serving {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Serving {
    /// The address that was bound.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic there has been reported, and there is nothing to do about it here.
            let _ = thread.join();
        }
    }
}

async fn accept(listener: tokio::net::TcpListener, port: Arc<Port>) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        // Nothing closes the semaphore.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, peer)) => {
                let port = Arc::clone(&port);
                tokio::spawn(async move {
                    serve(stream, peer, &port).await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

/// The client left before it had an answer.
#[derive(Debug, Error)]
#[error("the client left")]
struct Left;

/// Serves one connection. When its client leaves, the answer that is being made is dropped, and with it its profile.
async fn serve(stream: TcpStream, peer: SocketAddr, port: &Port) {
    // No descriptor is left: the client may come again.
    let Ok(watched) = socket::watched(&stream) else {
        return;
    };
    let watched = &watched;
    let service = service_fn(|request| async move {
        tokio::select! {
            biased;
            answer = endpoint::answer(port, peer, &request) => Ok(answer),
            // hyper notices it, too, but not behind bytes that it has not read.
            () = socket::left(watched) => Err(Left),
        }
    });
    let stream = Socket::new(stream, WRITE_TIMEOUT);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service);
    // What ends a connection early is the client's doing, and it has been told as far as that can be.
    let _ = connection.await;
}
