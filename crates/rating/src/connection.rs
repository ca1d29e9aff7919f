//! Connections that are counted.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use hyper::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tower_service::Service;

use crate::stats::Counts;

/// Makes connections to one address, whatever it is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    pub(crate) address: Arc<str>,
    /// How long connecting may take: it goes on where the request that began it has found another connection.
    pub(crate) time: Duration,
    /// Connections that are being made.
    pub(crate) begun: Arc<Semaphore>,
    pub(crate) counts: Arc<Counts>,
}

/// How many answers a connection has given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers(Arc<AtomicU64>);

impl Answers {
    /// Counts one, and says whether it was the first.
    pub(crate) fn count(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed) == 0
    }

    /// Whether there was one.
    pub(crate) fn any(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

/// A connection, which is counted as open until it is dropped.
#[derive(Debug)]
pub(crate) struct Counted {
    stream: TokioIo<TcpStream>,
    answers: Answers,
    counts: Arc<Counts>,
}

impl Service<Uri> for Connector {
    type Response = Counted;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Counted>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Uri) -> Self::Future {
        let Self {
            address,
            time,
            begun,
            counts,
        } = self.clone();
        Box::pin(async move {
            let connect = async {
                let _begun = begun.acquire().await.map_err(io::Error::other)?;
                TcpStream::connect(&*address).await
            };
            let stream = timeout(time, connect).await??;
            // A request is one small write.
            stream.set_nodelay(true)?;
            counts.connected.fetch_add(1, Ordering::Relaxed);
            counts.open.fetch_add(1, Ordering::Relaxed);
            Ok(Counted {
                stream: TokioIo::new(stream),
                answers: Answers::default(),
                counts,
            })
        })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.counts.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Connection for Counted {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.answers.clone())
    }
}

impl Read for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl Write for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
