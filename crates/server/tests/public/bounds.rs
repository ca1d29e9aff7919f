//! What a client may not do, and how it is told.

use std::time::{Duration, Instant};

use handler::MAX_BODY_BYTES;
use naive::Naive;
use server::Limits;

use crate::client::{Client, get, post, post_in_chunks};
use crate::service;

/// A limit on time that a test can wait for, far above what a busy machine takes to answer.
const SHORT: Duration = Duration::from_millis(300);

#[test]
fn refuses_large_heads() {
    let service = service::start(Naive, Limits::default());
    let fields = "a: b\r\n".repeat(101);
    let long = "x".repeat(20 << 10);
    for head in [
        format!("GET /data HTTP/1.1\r\n{fields}\r\n"),
        format!("GET /data HTTP/1.1\r\nlong: {long}\r\n\r\n"),
        format!("GET /{long} HTTP/1.1\r\n\r\n"),
        // No end in sight.
        format!("GET /data HTTP/1.1\r\nlong: {}", long.repeat(50)),
    ] {
        let mut client = Client::connect(service.address);
        client.send(&head);
        let answer = client.answer();
        assert_eq!(answer.status, 431, "{}", head.len());
        assert!(answer.is_last());
        client.rest().expect("no reset");
    }
    // What is below the limits is taken.
    let mut client = Client::connect(service.address);
    let fields = "a: b\r\n".repeat(100);
    client.send(format!("GET /data HTTP/1.1\r\n{fields}\r\n"));
    assert_eq!(client.answer().status, 200);
    client.send(format!(
        "GET /data HTTP/1.1\r\nlong: {}\r\n\r\n",
        &long[..15 << 10]
    ));
    assert_eq!(client.answer().status, 200);
}

#[test]
fn refuses_large_bodies_and_says_so_to_who_is_still_sending() {
    let service = service::start(Naive, Limits::default());
    let large = vec![b' '; MAX_BODY_BYTES + 1];
    let contract = serde_json::to_vec(&handler::Rejection::BodyTooLarge).expect("JSON");
    for request in [
        post(&large),
        post_in_chunks(&large, 1000),
        post_in_chunks(&large, large.len()),
        // All of this is sent before the answer is read.
        post(&vec![b' '; 16 << 20]),
    ] {
        let mut client = Client::connect(service.address);
        client.send(&request);
        let answer = client.answer();
        assert_eq!(answer.status, 413);
        assert_eq!(answer.body, contract);
        assert!(answer.is_last());
        assert_eq!(client.rest().expect("no reset"), b"");
    }
    // The largest body that is taken comes to the handler; the connection goes on.
    let mut client = Client::connect(service.address);
    client.send(post(&large[1..]));
    assert_eq!(client.answer().code(), "malformed_json");
    client.send(post_in_chunks(&large[1..], 10_000));
    assert_eq!(client.answer().code(), "malformed_json");
    // Where there is no route, that is what is said.
    client.send("POST /data HTTP/1.1\r\nhost: a\r\ncontent-length: 9999999\r\n\r\n");
    assert_eq!(client.answer().status, 405);
}

#[test]
fn keeps_a_lower_bound_on_bodies() {
    let limits = Limits {
        body_bytes: 10,
        ..Limits::default()
    };
    let service = service::start(Naive, limits);
    let mut client = Client::connect(service.address);
    client.send(post(&[b' '; 10]));
    assert_eq!(client.answer().code(), "malformed_json");
    client.send(post(&[b' '; 11]));
    let answer = client.answer();
    assert_eq!((answer.status, &*answer.code()), (413, "body_too_large"));
    let said = String::from_utf8(answer.body).expect("text");
    assert!(said.contains("larger than 10 bytes"), "{said}");
}

#[test]
fn gives_a_head_its_time_and_no_more() {
    let limits = Limits {
        head_time: SHORT,
        ..Limits::default()
    };
    let service = service::start(Naive, limits);
    // Silent within a head, and never silent for long.
    for drips in [0, 200] {
        let mut client = Client::connect(service.address);
        let start = Instant::now();
        client.send("GET /data HTTP/1.1\r\nslow: ");
        for _ in 0..drips {
            // It may have been closed by now.
            let _ = std::io::Write::write(&mut client.stream, b"x");
            std::thread::sleep(Duration::from_millis(4));
        }
        let answer = client.answer();
        assert_eq!((answer.status, &*answer.code()), (408, "request_timeout"));
        assert!(answer.is_last() && answer.field("date").is_some());
        assert!(start.elapsed() >= SHORT, "{:?}", start.elapsed());
        client.rest().expect("no reset");
    }
    // Before its first byte there is no head; and each has its own time.
    let mut client = Client::connect(service.address);
    for _ in 0..3 {
        std::thread::sleep(SHORT / 2);
        client.send("GET /data HTTP/1.1\r\n");
        std::thread::sleep(SHORT / 2);
        client.send("\r\n");
        assert_eq!(client.answer().status, 200);
    }
}

#[test]
fn gives_a_body_its_time_and_no_more() {
    let limits = Limits {
        body_time: SHORT,
        ..Limits::default()
    };
    let service = service::start(Naive, limits);
    let request = post(&[b' '; 1000]);
    for sent in [request.len() - 1000, request.len() - 1] {
        let mut client = Client::connect(service.address);
        let start = Instant::now();
        client.send(&request[..sent]);
        let answer = client.answer();
        assert_eq!((answer.status, &*answer.code()), (408, "request_timeout"));
        assert!(answer.is_last());
        assert!(start.elapsed() >= SHORT, "{:?}", start.elapsed());
        client.rest().expect("no reset");
    }
}

#[test]
fn closes_idle_connections() {
    let limits = Limits {
        idle_time: SHORT,
        ..Limits::default()
    };
    let service = service::start(Naive, limits);
    let mut silent = Client::connect(service.address);
    let mut served = Client::connect(service.address);
    let start = Instant::now();
    served.send(get("/data"));
    assert_eq!(served.answer().status, 200);
    for client in [&mut silent, &mut served] {
        assert_eq!(client.rest().expect("no reset"), b"");
        assert!(start.elapsed() >= SHORT, "{:?}", start.elapsed());
    }
    // The beginning of a head that came with the request before it is no idleness.
    let mut client = Client::connect(service.address);
    client.send(get("/data") + "GET /da");
    assert_eq!(client.answer().status, 200);
    assert_eq!(client.answer().status, 408);
    wait_until(|| service.service.connections() == 0);
}

#[test]
fn a_newcomer_takes_the_place_of_the_longest_idle() {
    let limits = Limits {
        connections: 20,
        ..Limits::default()
    };
    let service = service::start(Naive, limits);
    let mut clients: Vec<_> = (0..20).map(|_| Client::connect(service.address)).collect();
    for client in &mut clients {
        client.send(get("/data"));
        assert_eq!(client.answer().status, 200);
    }
    // The fifth waits for longer than those after it, and the first four are at work.
    std::thread::sleep(Duration::from_millis(300));
    for client in &mut clients[5..] {
        client.send(get("/data"));
        assert_eq!(client.answer().status, 200);
    }
    for client in &mut clients[..4] {
        client.send("POST /invoices HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n");
    }
    std::thread::sleep(Duration::from_millis(300));
    let mut newcomer = Client::connect(service.address);
    newcomer.send(get("/data"));
    assert_eq!(newcomer.answer().status, 200);
    assert_eq!(clients[4].rest().expect("no reset"), b"");
    // It takes one place, not those of the others.
    for client in &mut clients[5..] {
        client.send(get("/data"));
        assert_eq!(client.answer().status, 200);
    }
    for client in &mut clients[..4] {
        client.send("{}");
        assert_eq!(client.answer().status, 422);
    }
}

#[test]
fn a_newcomer_waits_where_everyone_is_at_work() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let service = service::start(Naive, limits);
    let mut working: Vec<_> = (0..2)
        .map(|_| {
            let mut client = Client::connect(service.address);
            client.send("POST /invoices HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{");
            client
        })
        .collect();
    wait_until(|| service.service.connections() == 2);
    let mut newcomer = Client::connect(service.address);
    newcomer.send(get("/data"));
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(service.service.connections(), 2);
    for client in &mut working {
        client.send("}");
        assert_eq!(client.answer().status, 422);
    }
    drop(working);
    assert_eq!(newcomer.answer().status, 200);
}

#[test]
fn a_newcomer_takes_the_place_of_a_body_that_does_not_come() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let service = service::start(Naive, limits);
    let mut slow: Vec<_> = (0..2)
        .map(|_| {
            let mut client = Client::connect(service.address);
            client.send("POST /invoices HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{");
            client
        })
        .collect();
    wait_until(|| service.service.connections() == 2);
    let start = Instant::now();
    let mut newcomer = Client::connect(service.address);
    newcomer.send(get("/data"));
    assert_eq!(newcomer.answer().status, 200);
    // A body has 30 s where there is room.
    assert!(
        start.elapsed() < Duration::from_secs(10),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(slow[0].answer().status, 408);
    slow[1].send("}");
    assert_eq!(slow[1].answer().status, 422);
}

pub(crate) fn wait_until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "it never happens"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}
