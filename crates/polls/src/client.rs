//! The other end of a connection, in the same memory.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};

use crate::{Counted, Counts};

/// Bytes on their way: more than the largest request and the largest answer, so that neither side ever waits for the other to
/// read.
const ON_THE_WAY: usize = 1 << 20;

/// The client of a connection, and the connection itself.
#[derive(Debug)]
pub struct Client<F> {
    stream: DuplexStream,
    connection: Counted<F>,
}

impl<F: Future> Client<F> {
    /// Connects: `serve` gives the future that serves its end of the connection.
    ///
    /// # Panics
    ///
    /// When that ends before a request.
    pub fn connect(serve: impl FnOnce(DuplexStream) -> F) -> Self {
        let (stream, server) = tokio::io::duplex(ON_THE_WAY);
        let mut connection = Counted::new(serve(server));
        let ended = connection.run().is_ready();
        assert!(!ended, "the connection ends before a request");
        Self { stream, connection }
    }

    /// Sends a request in pieces, each when the connection rests after the one before, and gives the answer.
    ///
    /// # Panics
    ///
    /// If the connection ends, or does not take a piece.
    pub fn ask(&mut self, pieces: &[&[u8]]) -> Vec<u8> {
        let mut context = Context::from_waker(Waker::noop());
        for piece in pieces {
            let written = Pin::new(&mut self.stream).poll_write(&mut context, piece);
            assert!(
                matches!(written, Poll::Ready(Ok(bytes)) if bytes == piece.len()),
                "the connection does not take a piece: {written:?}"
            );
            let ended = self.connection.run().is_ready();
            assert!(!ended, "the connection ends within a request");
        }
        let mut answer = Vec::new();
        let mut bytes = [0; 4096];
        loop {
            let mut buffer = ReadBuf::new(&mut bytes);
            let read = Pin::new(&mut self.stream).poll_read(&mut context, &mut buffer);
            if buffer.filled().is_empty() || read.is_pending() {
                return answer;
            }
            answer.extend_from_slice(buffer.filled());
        }
    }

    /// What has been counted of the connection.
    pub fn counts(&self) -> Counts {
        self.connection.counts()
    }
}
