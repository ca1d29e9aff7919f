//! One connection: at most one request on it at a time.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{AddressFamily, SocketFlags, SocketType, connect, ipproto, socket_with, sockopt};

use crate::answer::parse;
use crate::ask::Ask;
use crate::fault::Fault;
use crate::tally::Flight;

/// A connection that is being made, idle, or busy with a request.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    /// Whether it is made.
    is_open: bool,
    /// The request on it.
    flight: Option<Flight>,
    /// How much of the request is written.
    written: usize,
    /// The start of an answer that did not come at once.
    received: Vec<u8>,
    /// Whether an answer has come on it.
    is_used: bool,
    /// When it last became free for a request.
    pub(crate) free_since: Duration,
}

/// What came of looking at a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Nothing to be done until something changes.
    Pending,
    /// It is made, and has no request.
    Opened,
    /// The right answer came, and it can be used again.
    Answered,
    /// The right answer came, and it cannot be used again.
    AnsweredLast,
    /// It has to be closed: a wrong answer, or no answer.
    Failed(Fault),
    /// The server closed it and had no request of ours, or had not begun to answer one on a connection that it had used
    /// before: it may have closed it before the request came, so the request goes out again.
    Gone,
}

impl Connection {
    /// Starts to connect, and does not wait for it.
    pub(crate) fn start(address: SocketAddr) -> io::Result<Self> {
        let family = match address {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        };
        let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
        let socket = socket_with(family, SocketType::STREAM, flags, Some(ipproto::TCP))?;
        sockopt::set_tcp_nodelay(&socket, true)?;
        match connect(&socket, &address) {
            Ok(()) | Err(Errno::INPROGRESS) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Self {
            stream: socket.into(),
            is_open: false,
            flight: None,
            written: 0,
            received: Vec::new(),
            is_used: false,
            free_since: Duration::ZERO,
        })
    }

    pub(crate) fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Whether it is made.
    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    /// The request on it.
    pub(crate) fn flight(&self) -> Option<&Flight> {
        self.flight.as_ref()
    }

    /// Takes the request from it.
    pub(crate) fn take_flight(&mut self) -> Option<Flight> {
        self.flight.take()
    }

    /// Puts a request on it; one that is being made sends it as soon as it is.
    pub(crate) fn put(&mut self, flight: Flight) {
        self.flight = Some(flight);
        self.written = 0;
    }

    /// Sees to it that a connection that is being made is made.
    pub(crate) fn open(&mut self) -> Progress {
        match sockopt::socket_error(&self.stream) {
            Ok(Ok(())) => {}
            Ok(Err(error)) | Err(error) => return Progress::Failed(fault(&error.into())),
        }
        // Not yet connected: the event was about something else.
        if self.stream.peer_addr().is_err() {
            return Progress::Pending;
        }
        self.is_open = true;
        Progress::Opened
    }

    /// Whether the request on it is whole on its way.
    fn is_written(&self, ask: &Ask) -> bool {
        self.written >= ask.bytes().len()
    }

    /// Writes as much of its request as the socket takes.
    pub(crate) fn write(&mut self, ask: &Ask) -> Progress {
        while let Some(rest) = ask
            .bytes()
            .get(self.written..)
            .filter(|rest| !rest.is_empty())
        {
            match self.stream.write(rest) {
                Ok(count) => self.written += count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return self.ended(&error),
            }
        }
        Progress::Pending
    }

    /// Takes what the socket has, and writes what it takes. `buffer` is of use for one call only.
    pub(crate) fn advance(&mut self, ask: Option<&Ask>, buffer: &mut [u8]) -> Progress {
        if let Some(ask) = ask
            && !self.is_written(ask)
        {
            let progress = self.write(ask);
            if progress != Progress::Pending {
                return progress;
            }
        }
        loop {
            let count = match self.stream.read(buffer) {
                Ok(0) => return self.ended(&ErrorKind::UnexpectedEof.into()),
                Ok(count) => count,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Progress::Pending,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return self.ended(&error),
            };
            let new = buffer.get(..count).unwrap_or_default();
            let Some(ask) = ask else {
                // Nothing was asked for.
                return Progress::Failed(Fault::Malformed);
            };
            let progress = if self.received.is_empty() {
                self.judge(new, ask)
            } else {
                let mut received = std::mem::take(&mut self.received);
                received.extend_from_slice(new);
                let progress = self.judge(&received, ask);
                self.received = received;
                progress
            };
            match progress {
                Progress::Pending if self.received.is_empty() => {
                    self.received.extend_from_slice(new);
                }
                Progress::Pending => {}
                progress => {
                    self.received.clear();
                    self.is_used = true;
                    return progress;
                }
            }
        }
    }

    /// What the bytes of an answer are worth.
    fn judge(&self, bytes: &[u8], ask: &Ask) -> Progress {
        let answer = match parse(bytes) {
            Ok(Some(answer)) => answer,
            Ok(None) => return Progress::Pending,
            Err(_) => return Progress::Failed(Fault::Malformed),
        };
        if answer.length < bytes.len() {
            return Progress::Failed(Fault::Malformed);
        }
        match ask.check(&answer) {
            Err(fault) => Progress::Failed(fault),
            // Whoever answers before the request is there whole does not read the rest.
            Ok(()) if answer.keeps_alive && self.is_written(ask) => Progress::Answered,
            Ok(()) => Progress::AnsweredLast,
        }
    }

    /// What the end of the connection means for what is on it.
    fn ended(&self, error: &io::Error) -> Progress {
        match self.flight {
            Some(_) if !self.is_used || !self.received.is_empty() => Progress::Failed(fault(error)),
            _ => Progress::Gone,
        }
    }
}

/// What an error of a socket is called.
pub(crate) fn fault(error: &io::Error) -> Fault {
    match error.kind() {
        ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Fault::Reset,
        ErrorKind::UnexpectedEof | ErrorKind::ConnectionAborted => Fault::Closed,
        ErrorKind::TimedOut => Fault::Timeout,
        _ => Fault::Refused,
    }
}
