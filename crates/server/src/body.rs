//! A request's body, whole and in one piece, as the handlers want it.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::body::Incoming;
use pool::{Guard, Pool};

use crate::Limits;
use crate::house::Seat;
use crate::refusal::Refusal;

/// A body in one piece.
#[derive(Debug)]
pub(crate) enum Whole {
    /// As it was read: it came in one piece, or there is none.
    AsRead(Bytes),
    /// Put together.
    Joined(Guard<&'static Pool<Vec<u8>>>),
}

impl AsRef<[u8]> for Whole {
    #[inline]
    fn as_ref(&self) -> &[u8] {
        match self {
            Self::AsRead(bytes) => bytes,
            Self::Joined(buffer) => buffer,
        }
    }
}

/// No body.
#[inline]
pub(crate) fn none() -> Whole {
    Whole::AsRead(Bytes::new())
}

/// Reads a body to its end.
///
/// A length that is declared is not believed: memory is taken for what has come.
///
/// # Errors
///
/// A refusal when the body is too large, too slow, or broken off.
#[inline]
pub(crate) async fn read(
    mut body: Incoming,
    limits: &Limits,
    seat: &Seat,
    buffers: &'static Pool<Vec<u8>>,
) -> Result<Whole, Refusal> {
    if body.size_hint().lower() > limits.body_bytes as u64 {
        return Err(Refusal::LargeBody(limits.body_bytes));
    }
    let Some(first) = piece(&mut body, limits, seat).await? else {
        return Ok(none());
    };
    if first.len() > limits.body_bytes {
        return Err(Refusal::LargeBody(limits.body_bytes));
    }
    if body.is_end_stream() {
        return Ok(Whole::AsRead(first));
    }
    let Some(mut next) = piece(&mut body, limits, seat).await? else {
        return Ok(Whole::AsRead(first));
    };
    let mut buffer = buffers.get();
    buffer.extend_from_slice(&first);
    drop(first);
    loop {
        if buffer.len() + next.len() > limits.body_bytes {
            return Err(Refusal::LargeBody(limits.body_bytes));
        }
        buffer.extend_from_slice(&next);
        match piece(&mut body, limits, seat).await? {
            Some(piece) => next = piece,
            None => return Ok(Whole::Joined(buffer)),
        }
    }
}

/// The next bytes of a body, or nothing at its end.
#[inline]
async fn piece(
    body: &mut Incoming,
    limits: &Limits,
    seat: &Seat,
) -> Result<Option<Bytes>, Refusal> {
    poll_fn(|cx| {
        loop {
            let Poll::Ready(frame) = Pin::new(&mut *body).poll_frame(cx) else {
                // The sweep wakes the connection, and hyper then polls this.
                return if seat.is_late() {
                    Poll::Ready(Err(Refusal::SlowBody(limits.body_time)))
                } else {
                    Poll::Pending
                };
            };
            return Poll::Ready(match frame.map(|frame| frame.map(Frame::into_data)) {
                None => Ok(None),
                Some(Ok(Ok(bytes))) => Ok(Some(bytes)),
                // Trailers say nothing to these handlers.
                Some(Ok(Err(_))) => continue,
                Some(Err(_)) => Err(Refusal::BrokenBody),
            });
        }
    })
    .await
}
