//! Reading an answer: as much of HTTP/1.1 as a client of our servers needs.

use std::borrow::Cow;

use httparse::{EMPTY_HEADER, Status, parse_chunk_size};
use thiserror::Error;

/// The largest answer that is read, its head included, in bytes: some hundred times the largest of the cases.
pub const MAX_ANSWER_BYTES: usize = 16 << 20;

/// A server that sends more header fields than this is not one of ours.
const MAX_FIELDS: usize = 64;

/// Why bytes are no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadAnswer {
    /// The head is not one of HTTP/1.
    #[error("the head of the answer: {0}")]
    Head(#[from] httparse::Error),
    /// `Content-Length` is no number, or there are two that differ.
    #[error("the answer's Content-Length is no number")]
    Length,
    /// Neither `Content-Length` nor chunks: such an answer ends with its connection.
    #[error("nothing says where the answer ends")]
    Unframed,
    /// A chunk that is none.
    #[error("a chunk of the answer is malformed")]
    Chunk,
    /// More than [`MAX_ANSWER_BYTES`].
    #[error("the answer is larger than {MAX_ANSWER_BYTES} bytes")]
    TooLarge,
}

/// A whole answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer<'b> {
    /// The status code.
    pub status: u16,
    /// The body; put together where it came in chunks.
    pub body: Cow<'b, [u8]>,
    /// Whether the connection can be used again.
    pub keeps_alive: bool,
    /// How many bytes it takes, its head included.
    pub length: usize,
}

/// Where an answer's body ends.
enum Frame {
    Length(usize),
    Chunks,
}

/// Reads an answer at the start of `bytes`; `None` if there is only a part of one yet.
///
/// # Errors
///
/// If the bytes are not the start of an answer.
pub fn parse(bytes: &[u8]) -> Result<Option<Answer<'_>>, BadAnswer> {
    let mut fields = [EMPTY_HEADER; MAX_FIELDS];
    let mut head = httparse::Response::new(&mut fields);
    let at = match head.parse(bytes)? {
        Status::Complete(at) => at,
        Status::Partial if bytes.len() > MAX_ANSWER_BYTES => return Err(BadAnswer::TooLarge),
        Status::Partial => return Ok(None),
    };
    let status = head.code.unwrap_or_default();
    // HTTP/1.0 closes unless it says otherwise, which no server here does.
    let mut keeps_alive = head.version == Some(1);
    let mut frame = match status {
        // Without a body, whatever the fields say (RFC 9112, section 6.3).
        100..200 | 204 | 304 => Some(Frame::Length(0)),
        _ => None,
    };
    if frame.is_none() {
        for field in &*head.headers {
            if field.name.eq_ignore_ascii_case("content-length") {
                let length = number(field.value).ok_or(BadAnswer::Length)?;
                match frame {
                    None => frame = Some(Frame::Length(length)),
                    Some(Frame::Length(other)) if other != length => return Err(BadAnswer::Length),
                    Some(_) => {}
                }
            } else if field.name.eq_ignore_ascii_case("transfer-encoding")
                && field.value.eq_ignore_ascii_case(b"chunked")
            {
                frame = Some(Frame::Chunks);
            }
        }
    }
    for field in &*head.headers {
        if field.name.eq_ignore_ascii_case("connection")
            && field.value.eq_ignore_ascii_case(b"close")
        {
            keeps_alive = false;
        }
    }
    let body = match frame {
        None => return Err(BadAnswer::Unframed),
        Some(Frame::Length(length)) => {
            if length > MAX_ANSWER_BYTES {
                return Err(BadAnswer::TooLarge);
            }
            let body = bytes.get(at..at + length);
            body.map(|body| (Cow::Borrowed(body), at + length))
        }
        Some(Frame::Chunks) => chunks(bytes, at)?.map(|(body, end)| (Cow::Owned(body), end)),
    };
    if body.is_none() && bytes.len() > MAX_ANSWER_BYTES {
        return Err(BadAnswer::TooLarge);
    }
    Ok(body.map(|(body, length)| Answer {
        status,
        body,
        keeps_alive,
        length,
    }))
}

/// Puts the chunks from `at` on together: the body, and where it ends. Trailer fields are none of ours' doing and refused.
fn chunks(bytes: &[u8], mut at: usize) -> Result<Option<(Vec<u8>, usize)>, BadAnswer> {
    const END: &[u8] = b"\r\n";
    let mut body = Vec::new();
    loop {
        let rest = bytes.get(at..).unwrap_or_default();
        let (start, size) = match parse_chunk_size(rest) {
            Ok(Status::Complete((start, size))) => (at + start, size),
            Ok(Status::Partial) => return Ok(None),
            Err(_) => return Err(BadAnswer::Chunk),
        };
        if size > (MAX_ANSWER_BYTES - body.len().min(MAX_ANSWER_BYTES)) as u64 {
            return Err(BadAnswer::TooLarge);
        }
        let end = start + size as usize;
        let Some(after) = bytes.get(end..end + END.len()) else {
            return Ok(None);
        };
        if after != END {
            return Err(BadAnswer::Chunk);
        }
        body.extend_from_slice(bytes.get(start..end).unwrap_or_default());
        at = end + END.len();
        if size == 0 {
            return Ok(Some((body, at)));
        }
    }
}

/// Digits alone, as the grammar wants them (RFC 9110, section 8.6).
fn number(value: &[u8]) -> Option<usize> {
    let digits = value.iter().all(u8::is_ascii_digit);
    let text = str::from_utf8(value).ok()?;
    digits.then(|| text.parse().ok())?
}
