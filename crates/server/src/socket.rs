//! A connection's bytes, watched: the phases that only the socket knows.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::house::Guest;
use crate::phase::Phase;

/// A stream that tells the house when a head begins, and when an answer is all with the socket.
pub(crate) struct Socket<S> {
    pub(crate) stream: S,
    guest: Arc<Guest>,
    /// The client will send nothing more.
    pub(crate) ended: bool,
}

impl<S> Socket<S> {
    pub(crate) fn new(stream: S, guest: Arc<Guest>) -> Self {
        Self {
            stream,
            guest,
            ended: false,
        }
    }

    #[inline]
    fn is(&self, phase: Phase) -> bool {
        self.guest.seat().moment().phase() == phase
    }

    /// A write outside of an answer is the protocol's own: an error about a head that can't be read.
    #[inline]
    fn writes(&self) {
        if self.is(Phase::Idle) || self.is(Phase::Head) {
            self.guest.enter(Phase::Writing);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Socket<S> {
    #[inline]
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            if self.is(Phase::Idle) {
                self.guest.enter(Phase::Head);
            }
        } else if buffer.remaining() > 0 {
            self.ended = true;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Socket<S> {
    #[inline]
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writes();
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    #[inline]
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writes();
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    #[inline]
    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes when it has written all that it had.
    #[inline]
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(cx))?;
        if self.is(Phase::Writing) {
            self.guest.enter(Phase::Idle);
        }
        Poll::Ready(Ok(()))
    }

    /// The end of a connection is not hyper's to decide: see `linger`.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(cx)
    }
}
