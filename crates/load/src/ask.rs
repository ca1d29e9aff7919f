//! A request as bytes, and what has to come back.

use std::cell::OnceCell;

use handler::Method;

use crate::answer::Answer;
use crate::fault::Fault;

/// A request, ready to be sent, and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    bytes: Vec<u8>,
    status: u16,
    /// Nothing until the first answer, where that says what the others have to be.
    body: OnceCell<Vec<u8>>,
}

impl Ask {
    /// A request with these bytes, whose answer has this status and this body.
    pub fn new(bytes: Vec<u8>, status: u16, body: Vec<u8>) -> Self {
        Self {
            bytes,
            status,
            body: OnceCell::from(body),
        }
    }

    /// A request with these bytes, whose answer has this status, and each time the body that it has the first time.
    pub fn learning(bytes: Vec<u8>, status: u16) -> Self {
        Self {
            bytes,
            status,
            body: OnceCell::new(),
        }
    }

    /// The request of a case, to a server that is called `host`.
    pub fn of(exchange: &cases::Exchange, host: &str) -> Self {
        let path = exchange.path;
        let mut bytes = match exchange.method {
            Method::Post => format!(
                "POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
                exchange.body.len()
            ),
            _ => format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        }
        .into_bytes();
        bytes.extend_from_slice(&exchange.body);
        Self::new(bytes, 200, exchange.answer.clone())
    }

    /// What is sent.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Compares an answer with the one that has to come.
    ///
    /// # Errors
    ///
    /// [`Fault::Status`] or [`Fault::Body`].
    pub fn check(&self, answer: &Answer<'_>) -> Result<(), Fault> {
        if answer.status != self.status {
            return Err(Fault::Status);
        }
        if *answer.body != **self.body.get_or_init(|| answer.body.to_vec()) {
            return Err(Fault::Body);
        }
        Ok(())
    }
}
