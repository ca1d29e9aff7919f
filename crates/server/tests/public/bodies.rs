//! A handler's memory comes back: after an answer is sent, and after a client has gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use handler::{Handler, Rejection, Rows};
use pooled::Pooled;
use rustix::net::sockopt::set_socket_linger;
use server::{Limits, Served};

use crate::bounds::wait_until;
use crate::client::{Client, get, post};
use crate::service;

/// More than the socket buffers of both sides can hold.
const LARGE: usize = 32 << 20;

/// A handler with large answers, which counts those that are alive.
#[derive(Clone, Debug, Default)]
struct Counting(Arc<AtomicUsize>);

impl Counting {
    fn alive(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

#[derive(Debug)]
struct Counted {
    bytes: Vec<u8>,
    alive: Arc<AtomicUsize>,
}

impl AsRef<[u8]> for Counted {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.alive.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Handler for Counting {
    type Body<'h> = Counted;

    fn data(&self) -> Counted {
        self.0.fetch_add(1, Ordering::SeqCst);
        Counted {
            bytes: (0..LARGE).map(|at| at as u8).collect(),
            alive: Arc::clone(&self.0),
        }
    }

    fn invoice(&self, _body: &[u8]) -> Result<Counted, Rejection> {
        panic!("the handler breaks");
    }

    fn rows(&self, _rows: Rows<'_>) -> Counted {
        self.data()
    }

    fn reject(&self, _rejection: &Rejection) -> Counted {
        self.data()
    }
}

impl Served for Counting {}

#[test]
fn an_answer_is_released_when_it_is_sent() {
    let handler = Counting::default();
    let service = service::start(handler.clone(), Limits::default());
    let mut client = Client::connect(service.address);
    client.send(get("/data"));
    let answer = client.answer();
    assert!(
        answer
            .body
            .iter()
            .enumerate()
            .all(|(at, byte)| *byte == at as u8)
    );
    // The connection is still there, and the answer is not.
    wait_until(|| handler.alive() == 0);
    assert_eq!(service.service.connections(), 1);
    client.send("HEAD /data HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert_eq!(client.answer_to_head().status, 200);
    wait_until(|| handler.alive() == 0);
}

#[test]
fn an_answer_is_released_when_the_client_disappears() {
    let handler = Counting::default();
    let service = service::start(handler.clone(), Limits::default());
    for reset in [true, false] {
        let mut client = Client::connect(service.address);
        client.send(get("/data"));
        wait_until(|| handler.alive() == 1);
        if reset {
            set_socket_linger(&client.stream, Some(Duration::ZERO)).expect("a reset at the end");
        }
        drop(client);
        wait_until(|| handler.alive() == 0 && service.service.connections() == 0);
    }
}

#[test]
fn an_answer_is_released_when_the_client_does_not_take_it() {
    let limits = Limits {
        write_time: Duration::from_millis(300),
        ..Limits::default()
    };
    let handler = Counting::default();
    let service = service::start(handler.clone(), limits);
    let mut client = Client::connect(service.address);
    client.send(get("/data"));
    wait_until(|| handler.alive() == 1);
    wait_until(|| handler.alive() == 0 && service.service.connections() == 0);
}

#[test]
fn pooled_answers_go_back_to_their_pool() {
    let handler = Pooled::default();
    let service = service::start(handler, Limits::default());
    let order = cases::orders::json(9000, cases::orders::Spelling::Plain);
    let mut client = Client::connect(service.address);
    // Nobody reads the answers, so the socket takes a few of them and the service waits with the next.
    let mut writing = client.stream.try_clone().expect("a descriptor");
    let asking = std::thread::spawn(move || {
        let request = post(&order);
        let mut asked = 0;
        while std::io::Write::write_all(&mut writing, &request).is_ok() {
            asked += 1;
        }
        asked
    });
    let answers = || {
        let pools = service.service.pools();
        let (_, stats) = pools
            .iter()
            .find(|(name, _)| *name == "answers")
            .expect("a pool");
        *stats
    };
    wait_until(|| answers().gets() >= 2);
    assert_eq!(client.answer().status, 200);
    // The sockets are full: an answer is held, and nothing moves.
    wait_until(|| {
        let before = answers();
        std::thread::sleep(Duration::from_millis(300));
        before == answers() && before.gets() == before.drops.oversized + 1
    });
    set_socket_linger(&client.stream, Some(Duration::ZERO)).expect("a reset at the end");
    client
        .stream
        .shutdown(std::net::Shutdown::Both)
        .expect("open");
    drop(client);
    assert!(asking.join().expect("no panic") >= 1);
    wait_until(|| service.service.connections() == 0);
    // They are too large to be kept, so each that came back was counted.
    let after = answers();
    assert_eq!(after.gets(), after.drops.oversized, "{after:?}");
}

#[test]
fn a_handler_that_panics_takes_its_connection_along_and_no_other() {
    let handler = Counting::default();
    let service = service::start(handler.clone(), Limits::default());
    let mut other = Client::connect(service.address);
    other.send("GET /da");
    let mut client = Client::connect(service.address);
    client.send(post(b"{}"));
    assert!(client.rest().is_ok_and(|rest| rest.is_empty()));
    wait_until(|| service.service.connections() == 1);
    other.send("ta HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!(other.answer().status, 200);
}

#[test]
fn a_connection_that_is_reset_leaves_nothing() {
    let service = service::start(Pooled::default(), Limits::default());
    let request = post(&cases::orders::json(100, cases::orders::Spelling::Plain));
    for end in [1, 30, request.len() / 2, request.len() - 1, request.len()] {
        let mut client = Client::connect(service.address);
        client.send(&request[..end]);
        wait_until(|| service.service.connections() == 1);
        set_socket_linger(&client.stream, Some(Duration::ZERO)).expect("a reset at the end");
        drop(client);
        wait_until(|| service.service.connections() == 0);
    }
    let mut client = Client::connect(service.address);
    client.send(&request);
    assert_eq!(client.answer().status, 200);
}
