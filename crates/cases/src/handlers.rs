//! The handler's cases: each route, each variant, each size.

use std::hint::black_box;

use arena::Arena;
use handler::{Handler, Request};
use naive::Naive;
use pooled::Pooled;
use preallocated::{Exact, Preallocated, SerdeJson, SimdJson};

use crate::case::digest;
use crate::exchange::{Exchange, SIZES};
use crate::orders::Spelling;
use crate::{Case, Operation};

/// Answers that a handler is asked to have memory for; one is held at a time here.
const ANSWERS: usize = 4;

/// A request to measure.
#[derive(Clone, Copy)]
enum Input {
    Data,
    Order { items: usize, spelling: Spelling },
}

pub(crate) fn cases() -> Vec<Case> {
    let order = |items, spelling| Input::Order { items, spelling };
    let mut cases = vec![
        case("Data/variant=naive", Input::Data, || Naive),
        case("Data/variant=pooled", Input::Data, Pooled::default),
        case("Data/variant=arena", Input::Data, Arena::default),
        case(
            "Data/variant=preallocated",
            Input::Data,
            preallocated::<SerdeJson, Exact>,
        ),
    ];
    for items in SIZES {
        cases.extend(variants(
            &format!("Invoice/items={items}"),
            order(items, Spelling::Plain),
        ));
    }
    let mut cases: Vec<_> = cases.into_iter().map(Case::gating).collect();
    // Escapes turn the fast paths off; they are shown, and few orders have them.
    cases.extend(variants(
        "Invoice/items=10/text=escaped",
        order(10, Spelling::Escaped),
    ));
    cases
}

fn variants(name: &str, input: Input) -> [Case; 6] {
    let name = |variant| format!("{name}/variant={variant}");
    [
        case(name("naive"), input, || Naive),
        case(name("pooled"), input, Pooled::default),
        case(name("arena"), input, Arena::default),
        case(
            name("preallocated-serde"),
            input,
            preallocated::<SerdeJson, SerdeJson>,
        ),
        case(
            name("preallocated"),
            input,
            preallocated::<SerdeJson, Exact>,
        ),
        case(
            name("preallocated-simd"),
            input,
            preallocated::<SimdJson, Exact>,
        ),
    ]
}

fn preallocated<P: preallocated::Parse, E: preallocated::Encode>() -> Preallocated<P, E> {
    Preallocated::new(ANSWERS)
}

fn case<H: Handler + 'static>(
    name: impl Into<String>,
    input: Input,
    handler: impl Fn() -> H + Send + Sync + 'static,
) -> Case {
    Case::new(name.into(), move |inputs_stand| {
        operation(&handler, input, inputs_stand)
    })
}

fn operation<H: Handler + 'static>(
    handler: impl Fn() -> H,
    input: Input,
    inputs_stand: &mut dyn FnMut(),
) -> Operation {
    let Exchange {
        method,
        path,
        body,
        answer: expected,
        ..
    } = match input {
        Input::Data => Exchange::data(),
        Input::Order { items, spelling } => Exchange::order(items, spelling),
    };
    inputs_stand();
    let handler = handler();
    let answer = handler.handle(&Request {
        method,
        path,
        body: &body,
    });
    assert_eq!(answer.status, 200, "{path}");
    assert_eq!(answer.body.as_ref(), expected, "{path}");
    let digest = digest(&(answer.status, answer.body.as_ref()));
    drop(answer);
    Operation::new(move |times| {
        for _ in 0..times {
            let request = Request {
                method,
                path,
                body: &body,
            };
            black_box(handler.handle(black_box(&request)));
        }
    })
    .answering(digest)
}
