//! Asking an admin port.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use thiserror::Error;

use crate::answer::{BadAnswer, MAX_ANSWER_BYTES, parse};

/// Why there is no answer.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The connection failed, or the answer did not come in time.
    #[error("http://{address}{path}: {error}")]
    Io {
        /// Who was asked.
        address: SocketAddr,
        /// For what.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// The answer is no HTTP.
    #[error("http://{address}{path}: {error}")]
    Malformed {
        /// Who was asked.
        address: SocketAddr,
        /// For what.
        path: String,
        /// What is wrong with it.
        error: BadAnswer,
    },
    /// Another status than 200.
    #[error("http://{address}{path}: status {status}: {text}")]
    Status {
        /// Who was asked.
        address: SocketAddr,
        /// For what.
        path: String,
        /// The status.
        status: u16,
        /// What the answer says of it.
        text: String,
    },
}

/// The body of what is at a path.
///
/// # Errors
///
/// If no answer with status 200 comes within `patience`.
pub fn fetch(address: SocketAddr, path: &str, patience: Duration) -> Result<Vec<u8>, FetchError> {
    let failed = |error| FetchError::Io {
        address,
        path: path.to_owned(),
        error,
    };
    let mut stream = TcpStream::connect_timeout(&address, patience).map_err(failed)?;
    stream.set_read_timeout(Some(patience)).map_err(failed)?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).map_err(failed)?;
    let mut received = Vec::new();
    let limit = MAX_ANSWER_BYTES as u64 + 1;
    stream
        .take(limit)
        .read_to_end(&mut received)
        .map_err(failed)?;
    let malformed = |error| FetchError::Malformed {
        address,
        path: path.to_owned(),
        error,
    };
    let Some(answer) = parse(&received).map_err(malformed)? else {
        return Err(failed(io::ErrorKind::UnexpectedEof.into()));
    };
    if answer.status != 200 {
        return Err(FetchError::Status {
            address,
            path: path.to_owned(),
            status: answer.status,
            text: String::from_utf8_lossy(&answer.body).trim().to_owned(),
        });
    }
    Ok(answer.body.into_owned())
}
