//! Profiles from a port that serves them.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use thiserror::Error;

/// How long there may be nothing to read: longer than the 60 s that a profile may last and the 2 minutes in which its names are
/// sought, since the port answers when it has both, or says that it has not.
const PATIENCE: Duration = Duration::from_mins(4);

/// Why nothing was fetched.
#[derive(Debug, Error)]
pub enum FetchError {
    /// The port cannot be talked to.
    #[error("http://{address}{target}: {source}")]
    Talk {
        /// The port.
        address: SocketAddr,
        /// What was asked for.
        target: String,
        /// Why.
        source: io::Error,
    },
    /// It answers otherwise than with 200.
    #[error("http://{address}{target}: {answer}")]
    Refused {
        /// The port.
        address: SocketAddr,
        /// What was asked for.
        target: String,
        /// The status line and the text of the answer.
        answer: String,
    },
}

/// Gets what a port has under a target such as `/debug/pprof/heap`.
///
/// # Errors
///
/// If the port cannot be talked to, or refuses.
pub fn fetch(address: SocketAddr, target: &str) -> Result<Vec<u8>, FetchError> {
    let mut answer = exchange(address, target).map_err(|source| FetchError::Talk {
        address,
        target: target.to_owned(),
        source,
    })?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let body = answer.split_off(end.map_or(answer.len(), |end| end + 4));
    let head = String::from_utf8_lossy(&answer);
    let status = head.lines().next().unwrap_or("no answer");
    // "HTTP/1.1 200 OK"
    if status.split(' ').nth(1) == Some("200") {
        return Ok(body);
    }
    Err(FetchError::Refused {
        address,
        target: target.to_owned(),
        answer: format!("{status}: {}", String::from_utf8_lossy(&body).trim()),
    })
}

fn exchange(address: SocketAddr, target: &str) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // An answer to version 1.0 comes in one piece.
    write!(stream, "GET {target} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}
