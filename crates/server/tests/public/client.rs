//! A plain TCP client: what is sent and what is read is said byte by byte.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

/// Long enough for a busy machine, short enough for a test that hangs.
const PATIENCE: Duration = Duration::from_secs(20);

/// A connection.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) stream: TcpStream,
    unread: Vec<u8>,
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// From the status line to the empty line, in lower case.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The value of a header field.
    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// Whether the server says that this is the last.
    pub(crate) fn is_last(&self) -> bool {
        self.field("connection") == Some("close")
    }

    /// The `code` of an error.
    pub(crate) fn code(&self) -> String {
        let json: serde_json::Value = serde_json::from_slice(&self.body).expect("JSON");
        json["error"]["code"].as_str().expect("a code").to_owned()
    }
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("the service listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        stream.set_nodelay(true).expect("no delay");
        Self {
            stream,
            unread: Vec::new(),
        }
    }

    /// Sends bytes in one write.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.write_all(bytes.as_ref()).expect("it reads");
    }

    /// Sends bytes one at a time, in a packet each.
    pub(crate) fn dribble(&mut self, bytes: impl AsRef<[u8]>) {
        for byte in bytes.as_ref() {
            self.send([*byte]);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Says that nothing more will be sent.
    pub(crate) fn half_close(&self) {
        self.stream.shutdown(Shutdown::Write).expect("open");
    }

    /// Reads an answer whose length its head says.
    pub(crate) fn answer(&mut self) -> Answer {
        self.answer_to("GET")
    }

    /// Reads an answer without a body, as a HEAD has it.
    pub(crate) fn answer_to_head(&mut self) -> Answer {
        self.answer_to("HEAD")
    }

    /// Reads an answer that ends with the connection; its body as it was sent.
    pub(crate) fn last_answer(&mut self) -> Answer {
        let mut answer = self.answer_to("HEAD");
        answer.body = self.rest().expect("no reset");
        answer
    }

    fn answer_to(&mut self, method: &str) -> Answer {
        let head = loop {
            if let Some(end) = find(&self.unread, b"\r\n\r\n") {
                let rest = self.unread.split_off(end + 4);
                let head = std::mem::replace(&mut self.unread, rest);
                break String::from_utf8(head).expect("ASCII").to_lowercase();
            }
            assert!(
                self.read_some().expect("an answer") > 0,
                "closed before an answer"
            );
        };
        let status = head[9..12].parse().expect("a status");
        let mut answer = Answer {
            status,
            head,
            body: Vec::new(),
        };
        let length = answer.field("content-length").unwrap_or("0");
        let length: usize = length.parse().expect("a length");
        if method != "HEAD" {
            while self.unread.len() < length {
                assert!(
                    self.read_some().expect("a body") > 0,
                    "closed within an answer"
                );
            }
            let rest = self.unread.split_off(length);
            answer.body = std::mem::replace(&mut self.unread, rest);
        }
        answer
    }

    /// Waits until the server closes, and gives what it sent until then.
    pub(crate) fn rest(&mut self) -> io::Result<Vec<u8>> {
        while self.read_some()? > 0 {}
        Ok(std::mem::take(&mut self.unread))
    }

    fn read_some(&mut self) -> io::Result<usize> {
        let mut buffer = [0; 16 << 10];
        let read = self.stream.read(&mut buffer)?;
        self.unread.extend_from_slice(&buffer[..read]);
        Ok(read)
    }
}

/// A GET of a path.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}

/// A POST of an order.
pub(crate) fn post(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /invoices HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// The same order in chunks of this size.
pub(crate) fn post_in_chunks(body: &[u8], size: usize) -> Vec<u8> {
    let mut request =
        b"POST /invoices HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
            .to_vec();
    for chunk in body.chunks(size) {
        request.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        request.extend_from_slice(chunk);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"0\r\n\r\n");
    request
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}
