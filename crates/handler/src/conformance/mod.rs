//! The tests that every variant passes.
//!
//! ```no_run
//! # use handler::conformance::Reference as Variant;
//! # let handler = Variant;
//! handler::conformance::keeps_the_recorded_answers(&handler);
//! handler::conformance::answers_generated_orders(&handler);
//! handler::conformance::answers_mutated_bodies(&handler);
//! handler::conformance::keeps_bodies_apart(&handler);
//! handler::conformance::writes_rows_down(&handler);
//! ```

mod arbitrary;
mod recorded;
mod reference;

pub use arbitrary::{accounts, bodies, mutated_bodies, orders};
pub use recorded::keeps_the_recorded_answers;
pub use reference::Reference;

use proptest::prelude::Strategy;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use crate::{Account, Entry, Handler, Item, Method, Order, Request, Rows};

/// Generated bodies a property; enough for each kind of token to stand in each kind of place, in seconds.
const CASES: u32 = 2_000;

/// Posts a body to `/invoices` and gives the status and the bytes of the answer.
pub fn post<H: Handler>(handler: &H, body: &[u8]) -> (u16, Vec<u8>) {
    let answer = handler.handle(&Request {
        method: Method::Post,
        path: "/invoices",
        body,
    });
    (answer.status, answer.body.as_ref().to_vec())
}

/// Any order, in any spelling, gets the invoice that arithmetic with wider integers says, in the reference's bytes.
///
/// # Panics
///
/// When an answer differs, with the smallest order found for which it does.
pub fn answers_generated_orders<H: Handler>(handler: &H) {
    check(arbitrary::spelled_orders(), |(order, body)| {
        let (status, answer) = post(handler, body);
        assert_eq!(
            (status, text(&answer)),
            (post(&Reference, body).0, text(&post(&Reference, body).1))
        );
        match reference::expected(order) {
            Some(invoice) => {
                assert_eq!(status, 200);
                assert_eq!(
                    serde_json::from_slice::<serde_json::Value>(&answer).unwrap(),
                    invoice
                );
            }
            None => assert_eq!(status, 422),
        }
    });
}

/// Any bytes, near an order or far from it, get the reference's answer, to the byte.
///
/// # Panics
///
/// When an answer differs, with the smallest body found for which it does.
pub fn answers_mutated_bodies<H: Handler>(handler: &H) {
    check(mutated_bodies(), |body| {
        let (status, answer) = post(handler, body);
        let (expected_status, expected) = post(&Reference, body);
        assert_eq!(
            (status, text(&answer)),
            (expected_status, text(&expected)),
            "for {:?}",
            text(body)
        );
    });
}

/// Answers that are held at the same time, and dropped in any order, do not share memory.
///
/// # Panics
///
/// When an answer changes while it is held.
pub fn keeps_bodies_apart<H: Handler>(handler: &H) {
    let mut held = Vec::new();
    for round in 0..200_usize {
        let items = (round * 7) % 40 + 1;
        let body = serde_json::json!({
            "id": format!("o-{round}"), "currency": "EUR", "tax_rate_bp": 1900,
            "items": vec![serde_json::json!({
                "sku": format!("s-{round}"), "description": "d".repeat(round), "quantity": 1, "unit_price": round,
            }); items],
        })
        .to_string();
        let request = Request {
            method: Method::Post,
            path: "/invoices",
            body: body.as_bytes(),
        };
        held.push((
            post(&Reference, body.as_bytes()).1,
            handler.handle(&request),
        ));
        held.push((
            crate::DATA.to_vec(),
            handler.handle(&Request {
                method: Method::Get,
                path: "/data",
                body: b"",
            }),
        ));
        if round % 3 == 0 {
            held.swap_remove((round * 31) % held.len());
        }
        for (expected, answer) in &held {
            assert_eq!(text(answer.body.as_ref()), text(expected));
        }
    }
}

/// Rows are written down with all that is in them, in the reference's bytes, and answers that are held do not share memory.
///
/// # Panics
///
/// When an answer differs, with the smallest account found for which it does.
pub fn writes_rows_down<H: Handler>(handler: &H) {
    let entry = |entry: &Entry| serde_json::json!({"id": entry.id, "at": entry.at, "amount": entry.amount, "text": entry.text});
    let account = |account: &Account| {
        serde_json::json!({
            "id": account.id, "owner": account.owner, "currency": account.currency, "balance": account.balance,
            "entries": account.entries.iter().map(entry).collect::<Vec<_>>(),
        })
    };
    check(arbitrary::accounts(), |rows| {
        let mut held = vec![(account(rows), Rows::Account(rows))];
        held.extend(
            rows.entries
                .iter()
                .map(|row| (entry(row), Rows::Entry(row))),
        );
        let held: Vec<_> = held
            .into_iter()
            .map(|(truth, rows)| (truth, Reference.rows(rows), handler.rows(rows)))
            .collect();
        for (truth, reference, answer) in &held {
            let answer = answer.as_ref();
            assert_eq!(text(answer), text(reference));
            assert_eq!(
                &serde_json::from_slice::<serde_json::Value>(answer).unwrap(),
                truth
            );
        }
    });
}

fn check<S>(strategy: S, property: impl Fn(&S::Value))
where
    S: Strategy,
    S::Value: std::fmt::Debug,
{
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&strategy, |value| {
            property(&value);
            Ok::<(), TestCaseError>(())
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The JSON of an order, in the plainest spelling.
pub fn json(order: &Order) -> Vec<u8> {
    let item = |item: &Item| {
        format!(
            r#"{{"sku":{},"description":{},"quantity":{},"unit_price":{}}}"#,
            serde_json::Value::from(&*item.sku),
            serde_json::Value::from(&*item.description),
            item.quantity,
            item.unit_price
        )
    };
    let items: Vec<_> = order.items.iter().map(item).collect();
    format!(
        r#"{{"id":{},"currency":{},"tax_rate_bp":{},"items":[{}]}}"#,
        serde_json::Value::from(&*order.id),
        serde_json::Value::from(&*order.currency),
        order.tax_rate_bp,
        items.join(",")
    )
    .into_bytes()
}
