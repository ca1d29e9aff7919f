//! A handler's answer as hyper sends it: in the handler's own memory, from the first byte to the last.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use admin::Request;
use bytes::Buf;
use http_body::{Frame, SizeHint};

/// The body of an answer: one frame, which owns the bytes and gives them back when it is dropped: sent, or never to be.
pub(crate) struct Answer<B>(Option<Bytes<B>>);

/// The bytes of an answer, and how many of them are with the socket.
pub(crate) struct Bytes<B> {
    source: Source<B>,
    sent: usize,
    /// Ends with the bytes: a request lasts until its answer is sent, or never will be.
    _request: Request,
}

enum Source<B> {
    /// The handler's.
    Handler(B),
    /// Those of what stands behind the handler; shared, maybe, with others who get the same.
    Shared(bytes::Bytes),
    /// The service's own words, about a request that never came to the handler.
    Service(Vec<u8>),
}

impl<B: AsRef<[u8]>> Answer<B> {
    #[inline]
    pub(crate) fn of_handler(body: B, request: Request) -> Self {
        Self::of(Source::Handler(body), request)
    }

    #[inline]
    pub(crate) fn of_bytes(bytes: bytes::Bytes, request: Request) -> Self {
        Self::of(Source::Shared(bytes), request)
    }

    pub(crate) fn of_service(text: Vec<u8>, request: Request) -> Self {
        Self::of(Source::Service(text), request)
    }

    #[inline]
    fn of(source: Source<B>, request: Request) -> Self {
        Self(Some(Bytes {
            source,
            sent: 0,
            _request: request,
        }))
    }
}

impl<B: AsRef<[u8]>> Bytes<B> {
    #[inline]
    fn all(&self) -> &[u8] {
        match &self.source {
            Source::Handler(body) => body.as_ref(),
            Source::Shared(bytes) => bytes,
            Source::Service(text) => text,
        }
    }
}

impl<B: AsRef<[u8]>> Buf for Bytes<B> {
    #[inline]
    fn remaining(&self) -> usize {
        self.all().len() - self.sent
    }

    #[inline]
    fn chunk(&self) -> &[u8] {
        &self.all()[self.sent..]
    }

    #[inline]
    fn advance(&mut self, count: usize) {
        let remaining = self.remaining();
        assert!(
            count <= remaining,
            "{count} bytes sent of the {remaining} that there were"
        );
        self.sent += count;
    }
}

// A body is moved as a whole; nothing in it is pinned.
impl<B> Unpin for Answer<B> {}

impl<B: AsRef<[u8]>> http_body::Body for Answer<B> {
    type Data = Bytes<B>;
    type Error = Infallible;

    #[inline]
    fn poll_frame(
        mut self: Pin<&mut Self>,
        _cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes<B>>, Infallible>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    #[inline]
    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    #[inline]
    fn size_hint(&self) -> SizeHint {
        let left = self.0.as_ref().map_or(0, Buf::remaining);
        SizeHint::with_exact(left as u64)
    }
}
