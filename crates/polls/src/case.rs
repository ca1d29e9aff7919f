//! What is counted.

use std::fmt;

use arena::Arena;
use cases::{Exchange, exchanges};
use handler::Method;
use naive::Naive;
use pooled::Pooled;
use preallocated::{Exact, Preallocated, SerdeJson};
use server::{Limits, Served, Service};

use crate::{Client, Counts};

/// Requests before any is counted: buffers reach their size.
const WARM_UP: u64 = 16;

/// Pieces of a request whose body does not come at once: the head with the first of them, then the others.
const PIECES: usize = 4;

/// Answers that the preallocated handler has memory for; one is on its way at a time here.
const ANSWERS: usize = 4;

/// A request on a connection that is kept open.
pub struct Case {
    name: String,
    measure: Box<dyn Fn(u64) -> Counts + Send + Sync>,
}

impl Case {
    /// The name: a benchmark name of the Go format, without `Benchmark`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What so many requests take, after a warm-up, on a new connection to a new service.
    ///
    /// # Panics
    ///
    /// If an answer is not the expected one: a benchmark is a test.
    pub fn measure(&self, requests: u64) -> Counts {
        (self.measure)(requests)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// All cases: each route, its body in one piece and in several, each variant.
pub fn all() -> Vec<Case> {
    let mut all = Vec::new();
    for (exchange, name, pieces) in [
        ("Data", "Served/route=data", 1),
        (
            "Invoice/items=10",
            "Served/route=invoices/items=10/pieces=1",
            1,
        ),
        (
            "Invoice/items=10",
            "Served/route=invoices/items=10/pieces=4",
            PIECES,
        ),
    ] {
        all.push(case(exchange, name, "naive", pieces, || Naive));
        all.push(case(exchange, name, "pooled", pieces, Pooled::default));
        all.push(case(exchange, name, "arena", pieces, Arena::default));
        all.push(case(exchange, name, "preallocated", pieces, || {
            Preallocated::<SerdeJson, Exact>::new(ANSWERS)
        }));
    }
    all
}

fn case<H: Served>(
    exchange: &'static str,
    name: &str,
    variant: &str,
    pieces: usize,
    handler: impl Fn() -> H + Send + Sync + 'static,
) -> Case {
    Case {
        name: format!("{name}/variant={variant}"),
        measure: Box::new(move |requests| {
            let exchange = exchanges().into_iter().find(|known| known.name == exchange);
            measure(
                handler(),
                &exchange.expect("a known exchange"),
                pieces,
                requests,
            )
        }),
    }
}

fn measure<H: Served>(handler: H, exchange: &Exchange, pieces: usize, requests: u64) -> Counts {
    let service = Service::new(handler, Limits::default());
    let mut client = Client::connect(|stream| {
        let peer = ([127, 0, 0, 1], 1).into();
        service.connection(stream, peer).expect("there is room")
    });
    let request = request(exchange);
    let pieces = split(&request, exchange.body.len(), pieces);
    let mut ask = |times| {
        for _ in 0..times {
            let answer = client.ask(&pieces);
            let is_right =
                answer.starts_with(b"HTTP/1.1 200 ") && answer.ends_with(&exchange.answer);
            assert!(is_right, "{}", String::from_utf8_lossy(&answer));
        }
        client.counts()
    };
    let before = ask(WARM_UP);
    ask(requests) - before
}

fn request(exchange: &Exchange) -> Vec<u8> {
    let path = exchange.path;
    let length = exchange.body.len();
    let head = match exchange.method {
        Method::Post => format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
        ),
        _ => format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n"),
    };
    [head.as_bytes(), &exchange.body].concat()
}

/// A request in pieces, its body in equal parts.
fn split(request: &[u8], body: usize, pieces: usize) -> Vec<&[u8]> {
    let part = body.div_ceil(pieces);
    let (first, mut rest) = request.split_at(request.len() - body + part.min(body));
    let mut all = vec![first];
    while !rest.is_empty() {
        let (piece, others) = rest.split_at(part.min(rest.len()));
        all.push(piece);
        rest = others;
    }
    all
}
