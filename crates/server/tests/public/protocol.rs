//! HTTP/1.1 as clients really speak it, over a plain socket.

use crate::client::{Client, get, post, post_in_chunks};
use handler::{DATA, Handler, Method, Request};
use naive::Naive;
use server::Limits;

use crate::service;

fn order() -> Vec<u8> {
    cases::orders::json(10, cases::orders::Spelling::Plain)
}

/// What the contract says of an order.
fn invoice(order: &[u8]) -> Vec<u8> {
    let answer = Naive.handle(&Request {
        method: Method::Post,
        path: "/invoices",
        body: order,
    });
    assert_eq!(answer.status, 200);
    answer.body.into_bytes()
}

#[test]
fn answers_both_routes_on_one_connection() {
    let service = service::start(Naive, Limits::default());
    let mut client = Client::connect(service.address);
    for _ in 0..3 {
        client.send(get("/data"));
        let answer = client.answer();
        assert_eq!((answer.status, &answer.body[..]), (200, &DATA[..]));
        assert_eq!(answer.field("content-type"), Some("text/plain"));
        client.send(post(&order()));
        let answer = client.answer();
        assert_eq!(answer.field("content-type"), Some("application/json"));
        assert_eq!((answer.status, &answer.body), (200, &invoice(&order())));
        assert!(answer.field("date").is_some() && !answer.is_last());
    }
}

#[test]
fn gives_the_handlers_own_errors() {
    let service = service::start(Naive, Limits::default());
    let mut client = Client::connect(service.address);
    client.send(get("/nothing"));
    let answer = client.answer();
    assert_eq!((answer.status, &*answer.code()), (404, "no_such_route"));
    client.send("DELETE /data HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let answer = client.answer();
    assert_eq!(
        (answer.status, &*answer.code()),
        (405, "method_not_allowed")
    );
    assert_eq!(answer.field("allow"), Some("get, head"));
    client.send(post(b"{"));
    let answer = client.answer();
    assert_eq!((answer.status, &*answer.code()), (400, "malformed_json"));
    client.send(post(b"{}"));
    let answer = client.answer();
    assert_eq!((answer.status, &*answer.code()), (422, "not_an_order"));
    // The query is no part of the route.
    client.send(get("/data?page=2"));
    assert_eq!(client.answer().status, 200);
}

#[test]
fn takes_heads_and_bodies_split_anywhere() {
    let service = service::start(Naive, Limits::default());
    let mut client = Client::connect(service.address);
    client.dribble(get("/data"));
    assert_eq!(client.answer().body, DATA);
    let order = cases::orders::json(1, cases::orders::Spelling::Escaped);
    client.dribble(post(&order));
    assert_eq!(client.answer().body, invoice(&order));
    // And as one connection after the other stops at each byte of a head for a moment.
    let request = get("/data");
    for split in 1..request.len() {
        client.send(&request[..split]);
        std::thread::yield_now();
        client.send(&request[split..]);
        assert_eq!(client.answer().body, DATA, "split at {split}");
    }
}

#[test]
fn answers_a_pipeline_in_order() {
    let service = service::start(Naive, Limits::default());
    let mut client = Client::connect(service.address);
    let mut pipeline = Vec::new();
    for _ in 0..100 {
        pipeline.extend(get("/data").into_bytes());
        pipeline.extend(post(&order()));
        pipeline.extend(get("/nothing").into_bytes());
        pipeline.extend(post_in_chunks(&order(), 300));
    }
    client.send(&pipeline);
    for _ in 0..100 {
        assert_eq!(client.answer().body, DATA);
        assert_eq!(client.answer().body, invoice(&order()));
        assert_eq!(client.answer().status, 404);
        assert_eq!(client.answer().body, invoice(&order()));
    }
}

#[test]
fn answers_a_client_that_has_closed_its_half() {
    let service = service::start(Naive, Limits::default());
    for request in [get("/data").into_bytes(), post(&order())] {
        let mut client = Client::connect(service.address);
        client.send(&request);
        client.half_close();
        assert_eq!(client.answer().status, 200);
        assert_eq!(client.rest().expect("no reset"), b"");
    }
    // In the middle of a request there is nothing to answer, or only that.
    let request = post(&order());
    for end in [10, request.len() - 1] {
        let mut client = Client::connect(service.address);
        client.send(&request[..end]);
        client.half_close();
        let rest = client.rest().expect("no reset");
        assert!(
            rest.is_empty() || rest.starts_with(b"HTTP/1.1 400 "),
            "{rest:?}"
        );
    }
}

#[test]
fn reads_bodies_in_chunks_of_any_size() {
    let service = service::start(Naive, Limits::default());
    let mut client = Client::connect(service.address);
    let order = cases::orders::json(1000, cases::orders::Spelling::Plain);
    for size in [1, 7, 4096, order.len()] {
        client.send(post_in_chunks(&order, size));
        let answer = client.answer();
        assert_eq!(
            (answer.status, answer.body),
            (200, invoice(&order)),
            "{size}"
        );
    }
    // Trailers are read and say nothing.
    let mut request = post_in_chunks(b"{}", 1);
    request.truncate(request.len() - 2);
    request.extend_from_slice(b"digest: none\r\n\r\n");
    client.send(&request);
    assert_eq!(client.answer().code(), "not_an_order");
    // A chunk without a length ends it.
    client.send("POST /invoices HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\nlong\r\n{}\r\n0\r\n\r\n");
    let answer = client.answer();
    assert_eq!((answer.status, &*answer.code()), (400, "broken_body"));
    assert!(answer.is_last());
    client.rest().expect("no reset");
}

#[test]
fn answers_head_without_a_body() {
    let service = service::start(Naive, Limits::default());
    let mut client = Client::connect(service.address);
    for (path, status, length) in [("/data", 200, "100"), ("/nothing", 404, "80")] {
        client.send(format!("HEAD {path} HTTP/1.1\r\nhost: localhost\r\n\r\n"));
        let answer = client.answer_to_head();
        assert_eq!(
            (answer.status, answer.field("content-length")),
            (status, Some(length))
        );
    }
    // The next answer follows at once.
    client.send(get("/data"));
    assert_eq!(client.answer().body, DATA);
}

#[test]
fn speaks_to_clients_of_version_1_0() {
    let service = service::start(Naive, Limits::default());
    let mut client = Client::connect(service.address);
    client.send("GET /data HTTP/1.0\r\n\r\n");
    let answer = client.answer();
    assert_eq!((answer.status, answer.body), (200, DATA.to_vec()));
    assert_eq!(client.rest().expect("no reset"), b"");

    let mut client = Client::connect(service.address);
    for _ in 0..2 {
        client.send("GET /data HTTP/1.0\r\nconnection: keep-alive\r\n\r\n");
        let answer = client.answer();
        assert_eq!(answer.field("connection"), Some("keep-alive"));
        assert_eq!(answer.body, DATA);
    }
}

#[test]
fn closes_when_the_client_asks() {
    let service = service::start(Naive, Limits::default());
    let mut client = Client::connect(service.address);
    client.send("GET /data HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    let answer = client.answer();
    assert!(answer.status == 200 && answer.is_last());
    assert_eq!(client.rest().expect("no reset"), b"");
}

#[test]
fn says_continue_to_who_waits_for_it() {
    let service = service::start(Naive, Limits::default());
    let mut client = Client::connect(service.address);
    let head = |length: usize| {
        format!(
            "POST /invoices HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\ncontent-length: {length}\r\n\r\n"
        )
    };
    client.send(head(order().len()));
    assert_eq!(client.answer().status, 100);
    client.send(order());
    let answer = client.answer();
    assert_eq!((answer.status, answer.body), (200, invoice(&order())));
    // A body that is too large is refused before it is sent.
    client.send(head(handler::MAX_BODY_BYTES + 1));
    let answer = client.answer();
    assert_eq!((answer.status, &*answer.code()), (413, "body_too_large"));
    assert!(answer.is_last());
    assert_eq!(client.rest().expect("no reset"), b"");
}

#[test]
fn refuses_what_is_not_http() {
    let service = service::start(Naive, Limits::default());
    for request in [
        "hello\r\n\r\n",
        "GET /data HTTP/1.1\r\nno colon\r\n\r\n",
        "GET /data HTTP/1.1\r\nname\0: value\r\n\r\n",
        "GET /data HTTP/3.0\r\n\r\n",
        "GET\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\u{fc}\x03\x03",
        "POST /invoices HTTP/1.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
        "POST /invoices HTTP/1.1\r\ncontent-length: -1\r\n\r\n{}",
        "POST /invoices HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n{}",
        "POST /invoices HTTP/1.1\r\ntransfer-encoding: gzip\r\n\r\n{}",
    ] {
        let mut client = Client::connect(service.address);
        client.send(request);
        client.half_close();
        let rest = client.rest().expect("no reset");
        assert!(
            rest.starts_with(b"HTTP/1.1 400 "),
            "{request:?}: {:?}",
            rest.escape_ascii().to_string()
        );
    }
    // A request that says its length twice, in two ways, is where smuggling begins.
    let mut client = Client::connect(service.address);
    client.send("POST /invoices HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /data HTTP/1.1\r\nhost: a\r\n\r\n");
    client.half_close();
    let rest = String::from_utf8(client.rest().expect("no reset")).expect("text");
    assert!(rest.starts_with("HTTP/1.1 400 "), "{rest}");
}

#[test]
fn takes_targets_of_every_form() {
    let service = service::start(Naive, Limits::default());
    let mut client = Client::connect(service.address);
    for (request_line, status) in [
        ("GET http://localhost/data HTTP/1.1", 200),
        ("OPTIONS * HTTP/1.1", 404),
        ("CONNECT localhost:80 HTTP/1.1", 404),
        ("GET /%64ata HTTP/1.1", 404),
        ("GET //data HTTP/1.1", 404),
        ("PURGE /data HTTP/1.1", 405),
    ] {
        client.send(format!("{request_line}\r\nhost: localhost\r\n\r\n"));
        assert_eq!(client.answer().status, status, "{request_line}");
    }
}
