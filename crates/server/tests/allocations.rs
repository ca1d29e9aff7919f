//! Allocations per request, by the whole stack, through a real socket: beside a hyper service that does nothing.
//!
//! One test, for the counts are the process's.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use arena::Arena;
use bytes::Bytes;
use dhat::{HeapStats, Profiler};
use http_body::Body;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use naive::Naive;
use pooled::Pooled;
use preallocated::{Exact, Preallocated, SerdeJson};
use server::{Behind, Limits, Served, Server, Service};
use store::{Accounts, CacheSettings, Data, Database, Rung, Settings, Sqlite};
use tokio::runtime::Builder;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Enough for what happens now and then, such as the date's new second, to vanish in the rounding.
const REQUESTS: usize = 2000;

/// Allocations per request of a GET, and of a POST with an order of ten items.
#[derive(Debug, PartialEq)]
struct Allocations {
    get: f64,
    post: f64,
}

/// The client takes no memory while it counts.
fn allocations(address: SocketAddr) -> Allocations {
    let order = cases::orders::json(10, cases::orders::Spelling::Plain);
    let get = b"GET /data HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec();
    let mut post = format!(
        "POST /invoices HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        order.len()
    )
    .into_bytes();
    post.extend(order);
    Allocations {
        get: per_request(address, &get),
        post: per_request(address, &post),
    }
}

fn per_request(address: SocketAddr, request: &[u8]) -> f64 {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut ask = |times| {
        for _ in 0..times {
            stream.write_all(request).unwrap();
            read_answer(&mut stream);
        }
    };
    // Buffers grow to what the requests need.
    ask(100);
    let before = HeapStats::get().total_blocks;
    ask(REQUESTS);
    let after = HeapStats::get().total_blocks;
    // To a tenth: a rare event is no part of a request.
    (((after - before) as f64 / REQUESTS as f64) * 10.0).round() / 10.0
}

/// Reads an answer with a length.
fn read_answer(stream: &mut TcpStream) {
    let mut buffer = [0; 8192];
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).unwrap();
        assert!(read > 0, "the answer ends early");
        filled += read;
        let answer = &buffer[..filled];
        if let Some(end) = find(answer, b"\r\n\r\n") {
            assert!(answer.starts_with(b"HTTP/1.1 200 "));
            let at = find(answer, b"content-length: ").unwrap() + 16;
            let digits = answer[at..].iter().take_while(|byte| byte.is_ascii_digit());
            let length = digits.fold(0, |sum, digit| sum * 10 + usize::from(digit - b'0'));
            if filled == end + 4 + length {
                return;
            }
        }
    }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// What a hyper service allocates that reads the body and answers with bytes that were there.
fn floor() -> Allocations {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    listener.set_nonblocking(true).unwrap();
    thread::spawn(move || {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(
                    http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service_fn(trivial)),
                );
            }
        });
    });
    allocations(address)
}

async fn trivial(request: Request<Incoming>) -> Result<Response<Whole>, Infallible> {
    let mut body = request.into_body();
    while !body.is_end_stream() {
        let mut body = std::pin::Pin::new(&mut body);
        std::future::poll_fn(|cx| body.as_mut().poll_frame(cx)).await;
    }
    let mut response = Response::new(Whole(Some(Bytes::from_static(&handler::DATA))));
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Ok(response)
}

/// Bytes that are there.
struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _cx: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        std::task::Poll::Ready(self.0.take().map(|bytes| Ok(http_body::Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.0.as_ref().map_or(0, Bytes::len) as u64)
    }
}

fn of<H: Served>(handler: H) -> Allocations {
    allocations(serve(Service::new(handler, Limits::default())))
}

fn serve<H: Served>(service: Service<H>) -> SocketAddr {
    let (sender, receiver) = std::sync::mpsc::channel();
    thread::spawn(move || {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async move {
            let any = (Ipv4Addr::LOCALHOST, 0).into();
            let server = Server::of(service, any).unwrap();
            sender.send(server.address()).unwrap();
            server.run(std::future::pending()).await;
        });
    });
    receiver.recv().unwrap()
}

/// Allocations per request for an account whose encoded answer is kept.
fn of_kept_account() -> f64 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("accounts.db");
    let data = Data {
        accounts: 100,
        entries: 2_000,
        seed: 1,
    };
    Sqlite::fill(&path, data).unwrap();
    let settings = Settings {
        rung: Rung::Encoded,
        has_index: false,
        connections: 1,
        wait: Duration::from_secs(5),
        query_time: Duration::from_secs(5),
    };
    let cache = CacheSettings {
        ttl: Duration::from_hours(1),
        bytes: 1 << 20,
    };
    let database = Database::Sqlite(Sqlite::open(&path, settings).unwrap());
    let behind = Behind {
        accounts: Some(Accounts::new(database, Rung::Encoded, cache)),
        ratings: None,
    };
    let handler = Preallocated::<SerdeJson, Exact>::new(4);
    let address = serve(Service::before(behind, handler, Limits::default()));
    per_request(
        address,
        b"GET /accounts/47?entries=10 HTTP/1.1\r\nhost: localhost\r\n\r\n",
    )
}

#[test]
fn a_request_costs_no_allocation_beyond_hypers_own() {
    let _profiler = Profiler::builder().testing().build();
    let floor = floor();
    let preallocated = of(Preallocated::<SerdeJson, Exact>::new(4));
    let arena = of(Arena::default());
    let pooled = of(Pooled::default());
    let naive = of(Naive);
    let said = format!(
        "hyper alone {floor:?}, preallocated {preallocated:?}, arena {arena:?}, pooled {pooled:?}, naive {naive:?}"
    );
    // hyper reads ahead while an answer is being made, into a buffer of its own, unless half-closed connections are
    // served; and the header map that the trivial service makes is here the request's.
    let none = Allocations {
        get: 0.0,
        post: floor.post - floor.get,
    };
    for variant in [&preallocated, &arena, &pooled] {
        assert_eq!(*variant, none, "{said}");
    }
    // An answer that the cache keeps encoded, by the whole stack.
    assert_eq!(of_kept_account(), 0.0);
    // The counter counts: an answer to each, and an order's strings.
    assert!(
        floor.get >= 2.0 && naive.get == 1.0 && naive.post > 30.0,
        "{said}"
    );
}
