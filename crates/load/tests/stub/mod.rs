//! A server that does what a test tells it, a thread for each connection.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::net::sockopt;

/// What is done with a request.
pub(crate) enum Reply {
    /// These bytes are sent.
    Answer(Vec<u8>),
    /// These bytes are sent, and the connection is closed.
    Last(Vec<u8>),
    /// The connection is closed.
    Close,
    /// The connection is reset.
    Reset,
    /// Nothing, for ever.
    Silence,
}

/// A request, as far as a test tells them apart.
#[derive(Clone, Copy)]
pub(crate) struct Request {
    /// How many came before it, on all connections.
    pub(crate) number: u64,
    /// How many came before it on its connection.
    pub(crate) on_connection: u64,
    /// When it was there.
    pub(crate) came: Instant,
}

pub(crate) struct Stub {
    pub(crate) address: SocketAddr,
    /// Connections that were accepted.
    pub(crate) connections: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    listener: Option<JoinHandle<()>>,
}

pub(crate) fn start(reply: impl Fn(Request) -> Reply + Send + Sync + 'static) -> Stub {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, connections) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let (reply, number) = (Arc::new(reply), Arc::new(AtomicU64::new(0)));
    let (stopped, accepted) = (Arc::clone(&stop), Arc::clone(&connections));
    let listener = thread::spawn(move || {
        for stream in listener.incoming() {
            if stopped.load(Ordering::Relaxed) {
                return;
            }
            accepted.fetch_add(1, Ordering::Relaxed);
            let (reply, number) = (Arc::clone(&reply), Arc::clone(&number));
            thread::spawn(move || serve(stream.unwrap(), &*reply, &number));
        }
    });
    Stub {
        address,
        connections,
        stop,
        listener: Some(listener),
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listener; its own fault, if any, was the test's already.
        let _ = TcpStream::connect(self.address);
        let _ = self.listener.take().unwrap().join();
    }
}

fn serve(mut stream: TcpStream, reply: &(dyn Fn(Request) -> Reply + Sync), number: &AtomicU64) {
    stream.set_nodelay(true).unwrap();
    let mut received = Vec::new();
    for on_connection in 0.. {
        if !receive(&mut stream, &mut received) {
            return;
        }
        let request = Request {
            number: number.fetch_add(1, Ordering::Relaxed),
            on_connection,
            came: Instant::now(),
        };
        match reply(request) {
            Reply::Answer(bytes) => {
                if stream.write_all(&bytes).is_err() {
                    return;
                }
            }
            Reply::Last(bytes) => {
                let _ = stream.write_all(&bytes);
                return;
            }
            Reply::Close => return,
            Reply::Reset => {
                // Closing without lingering is a reset.
                sockopt::set_socket_linger(&stream, Some(Duration::ZERO)).unwrap();
                return;
            }
            Reply::Silence => thread::sleep(Duration::from_mins(1)),
        }
    }
}

/// Waits for a whole request without a body, or with one whose length is said.
fn receive(stream: &mut TcpStream, received: &mut Vec<u8>) -> bool {
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = whole(received) {
            received.drain(..end);
            return true;
        }
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => received.extend_from_slice(&buffer[..count]),
            _ => return false,
        }
    }
}

fn whole(received: &[u8]) -> Option<usize> {
    let head = received.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let fields = str::from_utf8(&received[..head]).unwrap();
    let length = fields
        .lines()
        .find_map(|line| line.strip_prefix("Content-Length: "))
        .map_or(0, |length| length.parse().unwrap());
    (received.len() >= head + length).then_some(head + length)
}

/// An answer that keeps the connection.
pub(crate) fn answer(status: u16, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} Fine\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sleeps until a moment, to some microseconds: a sleep alone ends some ten of them late.
pub(crate) fn wait_until(moment: Instant) {
    const SPIN: Duration = Duration::from_micros(100);
    if let Some(sleep) = moment.checked_duration_since(Instant::now() + SPIN) {
        thread::sleep(sleep);
    }
    while Instant::now() < moment {
        std::hint::spin_loop();
    }
}
