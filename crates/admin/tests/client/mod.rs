//! A client of the port that knows no more of HTTP than it has to.
#![allow(dead_code, reason = "each test uses some of it")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer: its status, its head, and its body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn body(&self) -> String {
        String::from_utf8(self.bytes.clone()).expect("a text")
    }
}

/// Gets a target; `headers` are whole lines.
pub(crate) fn get(address: SocketAddr, target: &str, headers: &str) -> Answer {
    send(address, &request(address, target, headers))
}

pub(crate) fn request(address: SocketAddr, target: &str, headers: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n")
}

pub(crate) fn send(address: SocketAddr, request: &str) -> Answer {
    let mut stream = TcpStream::connect(address).expect("a connection");
    let limit = Some(Duration::from_secs(90));
    stream.set_read_timeout(limit).expect("a time limit");
    stream.write_all(request.as_bytes()).expect("to be read");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    let end = answer
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(answer[..end].to_vec()).expect("a text");
    let mut bytes = answer.split_off(end + 4);
    if head.contains("transfer-encoding: chunked") {
        bytes = unchunked(&bytes);
    }
    Answer {
        status: head[9..12].parse().expect("a status"),
        head,
        bytes,
    }
}

/// RFC 9112, section 7.1.
fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = bytes
            .windows(2)
            .position(|bytes| bytes == b"\r\n")
            .expect("a chunk's size");
        let size = std::str::from_utf8(&bytes[..end]).expect("a text");
        let size = usize::from_str_radix(size, 16).expect("a size");
        bytes = &bytes[end + 2..];
        if size == 0 {
            return whole;
        }
        whole.extend(&bytes[..size]);
        bytes = &bytes[size + 2..];
    }
}
