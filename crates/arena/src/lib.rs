//! The handler with one arena a request.
//!
//! A request takes an arena (bumpalo) in which allocating is adding to a pointer and freeing is nothing: the order is
//! parsed into it by a `DeserializeSeed` that carries the arena, and the answer is built in it. The answer
//! keeps the arena until it is sent; then the arena is reset, which frees everything at once and keeps its largest chunk,
//! and waits in a [`Pool`] for the next request.
//!
//! Strings that stand in the request without an escape are borrowed from it: copying them into the arena would buy
//! nothing.

// The answer lies in the arena that it owns, which no safe type can say without boxing the pair: `Body` has the one
// `unsafe` block and the argument for it.
#![deny(unsafe_code)]

mod body;
mod region;

pub use body::Body;
pub use region::Region;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use handler::{Handler, Invoice, Item, Line, Memory, Order, Rejection, Rows};
use pool::{Pool, Stats};
use serde::Serialize;

/// The handler that builds everything in an arena.
#[derive(Debug)]
pub struct Arena {
    regions: Pool<Region>,
}

impl Default for Arena {
    fn default() -> Self {
        Self {
            regions: Pool::new(Region::default).max_capacity(region::RETAINED_BYTES),
        }
    }
}

impl Arena {
    /// Lets the pool of arenas age by a generation, as [`Pool::age`] says. A server calls it on a timer.
    pub fn age(&self) {
        self.regions.age();
    }

    /// What happened in the pool of arenas.
    pub fn stats(&self) -> Stats {
        self.regions.stats()
    }
}

impl Handler for Arena {
    type Body<'h> = Body<'h>;

    fn data(&self) -> Body<'_> {
        Body::of(self.regions.get(), |arena| {
            let mut answer = ArenaVec::with_capacity_in(handler::DATA.len(), arena);
            answer.extend_from_slice(&handler::DATA);
            answer
        })
    }

    fn invoice(&self, body: &[u8]) -> Result<Body<'_>, Rejection> {
        Body::try_of(self.regions.get(), |arena| {
            let mut memory = InArena {
                arena,
                items: ArenaVec::new_in(arena),
            };
            let Ok(order) = handler::parse(body, &mut memory) else {
                return Ok(json(arena, &Invoice::of(handler::diagnose(body)?)?));
            };
            let order = Order {
                id: order.id,
                currency: order.currency,
                tax_rate_bp: order.tax_rate_bp,
                items: memory.items,
            };
            let totals = handler::price(&order)?;
            let lines = ArenaVec::from_iter_in(order.items.into_iter().map(Line::of), arena);
            let invoice = Invoice {
                order_id: order.id,
                currency: order.currency,
                lines: &*lines,
                subtotal: totals.subtotal,
                tax_rate_bp: order.tax_rate_bp,
                tax: totals.tax,
                total: totals.total,
            };
            Ok(json(arena, &invoice))
        })
    }

    fn rows(&self, rows: Rows<'_>) -> Body<'_> {
        Body::of(self.regions.get(), |arena| json(arena, &rows))
    }

    fn reject(&self, rejection: &Rejection) -> Body<'_> {
        Body::of(self.regions.get(), |arena| json(arena, rejection))
    }
}

/// Keeps unescaped strings and items in the arena.
struct InArena<'a> {
    arena: &'a Bump,
    items: ArenaVec<'a, Item<&'a str>>,
}

impl<'a> Memory<'a> for InArena<'a> {
    type Text = &'a str;

    #[inline]
    fn borrowed(&mut self, text: &'a str) -> &'a str {
        text
    }

    #[inline]
    fn unescaped(&mut self, text: &str) -> &'a str {
        self.arena.alloc_str(text)
    }

    #[inline]
    fn item(&mut self, item: Item<&'a str>) {
        self.items.push(item);
    }
}

fn json<'a>(arena: &'a Bump, value: &impl Serialize) -> ArenaVec<'a, u8> {
    let mut answer = ArenaVec::new_in(arena);
    serde_json::to_writer(&mut answer, value).expect("memory takes any JSON");
    answer
}
