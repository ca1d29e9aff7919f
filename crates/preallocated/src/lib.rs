//! The handler whose memory is made once, before the first request.
//!
//! A request takes a [slot](Preallocated) of buffers that were made at the start, and its answer gives the slot back when
//! it is dropped. What a request needs is known ahead:
//!
//! - the order is parsed **borrowed**: its strings stay in the request's bytes;
//! - the items go to a [`SmallVec`] on the stack, with room for [`INLINE_ITEMS`];
//! - the answer's **size is computed** before its first byte is written, so writing never asks for room.
//!
//! Up to [`INLINE_ITEMS`] items, no request allocates. A larger order grows its slot, which is kept while it is not
//! [too large](handler::RETAINED_BYTES).
//!
//! # Three gains, kept apart
//!
//! Memory is not the only thing that can be saved here, so parser and encoder are type parameters, and the suite measures
//! three handlers:
//!
//! | handler | memory | encoder | parser |
//! | --- | --- | --- | --- |
//! | `Preallocated<SerdeJson, SerdeJson>` | preallocated | `serde_json` | `serde_json` |
//! | `Preallocated<SerdeJson, Exact>` | preallocated | [`Exact`] | `serde_json` |
//! | `Preallocated<SimdJson, Exact>` | preallocated | [`Exact`] | `simd-json` |
//!
//! [`Exact`] gains twice: by knowing the size, and by copying strings that it need not look at. A JSON string without a
//! backslash in it is already spelled the way it has to be written, so the text goes from the request to the answer as
//! it stands.
//!
//! [`SimdJson`] answers only for what both parsers read alike. All else goes to `serde_json`: a body with a
//! `\u` escape (simd-json 0.19 accepts lone surrogates), one with a field that is not in the contract, or one that it refuses.

#![forbid(unsafe_code)]

mod encode;
mod parse;
mod slot;
mod text;

pub use encode::{Encode, Exact};
pub use parse::{Parse, SimdJson, read};
pub use slot::{Body, INLINE_ITEMS};
pub use text::Text;

use std::marker::PhantomData;

use bumpalo::Bump;
use handler::{Handler, Item, Order, Rejection, Rows};
use smallvec::SmallVec;

use slot::Slots;

/// `serde_json`, as a parser and as an encoder.
#[derive(Clone, Copy, Debug, Default)]
pub struct SerdeJson;

/// The items of an order: on the stack, up to [`INLINE_ITEMS`].
pub type Items<'a> = SmallVec<[Item<Text<'a>>; INLINE_ITEMS]>;

/// The handler that makes its buffers once; `P` parses, `E` encodes.
#[derive(Debug)]
pub struct Preallocated<P = SerdeJson, E = Exact> {
    slots: Slots<P>,
    encoder: PhantomData<fn() -> E>,
}

impl<P: Parse, E: Encode> Preallocated<P, E> {
    /// A handler with buffers for as many answers as may be held at once.
    ///
    /// An answer beyond that gets buffers of its own, which go when it is dropped.
    pub fn new(answers: usize) -> Self {
        Self {
            slots: Slots::new(answers),
            encoder: PhantomData,
        }
    }

    fn json(&self, value: &impl serde::Serialize) -> Body<'_, P> {
        let mut slot = self.slots.take();
        let length = slot.with_parts(|_, _, answer| encode::serde_json(value, answer));
        self.slots.body(slot, length)
    }
}

impl<P: Parse, E: Encode> Handler for Preallocated<P, E> {
    type Body<'h>
        = Body<'h, P>
    where
        Self: 'h;

    fn data(&self) -> Body<'_, P> {
        Body::fixed(&handler::DATA)
    }

    fn invoice(&self, body: &[u8]) -> Result<Body<'_, P>, Rejection> {
        let mut slot = self.slots.take();
        let outcome = slot.with_parts(|parser, scratch, answer| {
            let mut items = Items::new();
            if let Some(order) = parser.parse(body, scratch, &mut items) {
                return invoice::<E>(order, &items, answer);
            }
            otherwise::<E>(body, scratch, answer)
        });
        match outcome {
            Ok(length) => Ok(self.slots.body(slot, length)),
            Err(rejection) => {
                self.slots.give_back(slot);
                Err(rejection)
            }
        }
    }

    fn rows(&self, rows: Rows<'_>) -> Body<'_, P> {
        self.json(&rows)
    }

    #[cold]
    fn reject(&self, rejection: &Rejection) -> Body<'_, P> {
        self.json(rejection)
    }
}

/// The invoice for a body that the parser left: `serde_json` reads it, or says what is wrong with it.
#[cold]
fn otherwise<E: Encode>(
    body: &[u8],
    scratch: &Bump,
    answer: &mut Vec<u8>,
) -> Result<usize, Rejection> {
    let (mut parser, mut items) = (SerdeJson, Items::new());
    if let Some(order) = parser.parse(body, scratch, &mut items) {
        return invoice::<E>(order, &items, answer);
    }
    let order = handler::diagnose(body)?;
    let (order, items) = text::of_owned(&order);
    invoice::<E>(order, &items, answer)
}

#[inline]
fn invoice<E: Encode>(
    order: Order<Text<'_>, ()>,
    items: &[Item<Text<'_>>],
    answer: &mut Vec<u8>,
) -> Result<usize, Rejection> {
    let order = Order {
        id: order.id,
        currency: order.currency,
        tax_rate_bp: order.tax_rate_bp,
        items,
    };
    let totals = handler::price(&order)?;
    Ok(E::encode(&order, totals, answer))
}
