//! The naive handler's algorithm on buffers from an object pool: the Rust of Go's advice on `sync.Pool`.
//!
//! Parsing, pricing and writing are what the naive variant does: strings that are owned, a list of lines, the same
//! writer. But what they fill was filled before. A [`Scratch`] lends the order's strings and lists; when it goes
//! back, the strings are emptied and kept, so a request of a size that was seen before finds all the memory it needs.
//! The answer has a pool of its own, because it lives longer: until it is sent.
//!
//! Go's three rules are kept: put back clean objects, keep no large one ([`RETAINED_BYTES`]), and do not count on
//! finding one ([`age`](Pooled::age) drops what was not used for two rounds).

#![forbid(unsafe_code)]

mod scratch;

pub use scratch::Scratch;

use handler::{Handler, Invoice, RETAINED_BYTES, Rejection, Rows};
use pool::{Guard, Pool, Stats};

/// The handler that borrows its buffers from pools.
#[derive(Debug)]
pub struct Pooled {
    scratches: Pool<Scratch>,
    answers: Pool<Vec<u8>>,
}

impl Default for Pooled {
    fn default() -> Self {
        Self {
            scratches: Pool::new(Scratch::default).max_capacity(RETAINED_BYTES),
            answers: Pool::new(Vec::new).max_capacity(RETAINED_BYTES),
        }
    }
}

impl Pooled {
    /// Lets the pools age by a generation: what was not used since the last call but one is dropped. A server calls it
    /// on a timer.
    pub fn age(&self) {
        self.scratches.age();
        self.answers.age();
    }

    /// What happened in the pools: of the parsed orders, and of the answers.
    pub fn stats(&self) -> [(&'static str, Stats); 2] {
        [
            ("scratches", self.scratches.stats()),
            ("answers", self.answers.stats()),
        ]
    }

    fn json(&self, value: &impl serde::Serialize) -> Guard<&Pool<Vec<u8>>> {
        let mut answer = self.answers.get();
        serde_json::to_writer(&mut *answer, value).expect("memory takes any JSON");
        answer
    }
}

impl Handler for Pooled {
    type Body<'h> = Guard<&'h Pool<Vec<u8>>>;

    fn data(&self) -> Self::Body<'_> {
        let mut answer = self.answers.get();
        answer.extend_from_slice(&handler::DATA);
        answer
    }

    fn invoice(&self, body: &[u8]) -> Result<Self::Body<'_>, Rejection> {
        let mut scratch = self.scratches.get();
        match handler::parse(body, &mut *scratch) {
            Ok(order) => Ok(self.json(&scratch.invoice(order)?)),
            Err(_) => Ok(self.json(&Invoice::of(handler::diagnose(body)?)?)),
        }
    }

    fn rows(&self, rows: Rows<'_>) -> Self::Body<'_> {
        self.json(&rows)
    }

    fn reject(&self, rejection: &Rejection) -> Self::Body<'_> {
        self.json(rejection)
    }
}
