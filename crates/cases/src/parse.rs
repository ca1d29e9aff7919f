//! Parsing alone: the order's bytes into borrowed items, by three parsers, on buffers that are reused.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::hint::black_box;

use bumpalo::Bump;
use handler::Order;
use preallocated::{Items, Parse, SerdeJson, SimdJson, Text};

use crate::orders::{self, Spelling};
use crate::{Case, Operation};

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for items in [1, 10, 100, 1000] {
        cases.push(case::<SerdeJson>("serde_json", items));
        cases.push(case::<SimdJson>("simd-json", items));
        cases.push(case::<SonicRs>("sonic-rs", items));
    }
    cases
}

fn case<P: Parse>(parser: &str, items: usize) -> Case {
    Case::new(
        format!("Parse/items={items}/parser={parser}"),
        move |inputs_stand| operation::<P>(items, inputs_stand),
    )
}

fn operation<P: Parse>(count: usize, inputs_stand: &mut dyn FnMut()) -> Operation {
    let body = orders::json(count, Spelling::Plain);
    let expected = handler::diagnose(&body).expect("a sample order is an order");
    inputs_stand();
    let mut parser = P::with_room(count);
    let digest = {
        let (scratch, mut items) = (Bump::new(), Items::new());
        let order = parser
            .parse(&body, &scratch, &mut items)
            .expect("each parser reads a sample order");
        let order = (
            order.id.as_ref(),
            order.currency.as_ref(),
            order.tax_rate_bp,
        );
        assert_eq!(
            order,
            (&*expected.id, &*expected.currency, expected.tax_rate_bp)
        );
        assert_eq!(items.len(), expected.items.len());
        let mut digest = DefaultHasher::new();
        order.hash(&mut digest);
        for (item, expected) in items.iter().zip(&expected.items) {
            let item = (
                item.sku.as_ref(),
                item.description.as_ref(),
                item.quantity,
                item.unit_price,
            );
            assert_eq!(
                item,
                (
                    &*expected.sku,
                    &*expected.description,
                    expected.quantity,
                    expected.unit_price
                )
            );
            item.hash(&mut digest);
        }
        digest.finish()
    };
    let mut scratch = Bump::new();
    Operation::new(move |times| {
        for _ in 0..times {
            let mut items = Items::new();
            black_box(parser.parse(black_box(&body), &scratch, &mut items));
            black_box(&items);
            drop(items);
            scratch.reset();
        }
    })
    .answering(digest)
}

/// sonic-rs, to compare with. No variant uses it: it has not been held to the contract.
#[derive(Debug)]
struct SonicRs;

impl Parse for SonicRs {
    fn with_room(_items: usize) -> Self {
        Self
    }

    fn parse<'a>(
        &'a mut self,
        body: &'a [u8],
        scratch: &'a Bump,
        items: &mut Items<'a>,
    ) -> Option<Order<Text<'a>, ()>> {
        let mut deserializer = sonic_rs::Deserializer::from_slice(body);
        preallocated::read(&mut deserializer, scratch, items).ok()
    }

    fn shrink_to(&mut self, _bytes: usize, _items: usize) {}
}
