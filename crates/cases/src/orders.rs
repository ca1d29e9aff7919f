//! Sample orders: the same for every case of a size, and like what a shop sends.

use std::fmt::Write as _;

use crate::random::Random;

/// How the strings of an order are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// No escapes; one description in eight has letters beyond ASCII.
    Plain,
    /// Every description has a quotation mark in it, escaped.
    Escaped,
}

/// The JSON of an order with this many items: compact, fields in the order of the documentation, about 110 bytes an item.
pub fn json(items: usize, spelling: Spelling) -> Vec<u8> {
    const ADJECTIVES: [&str; 8] = [
        "small",
        "large",
        "folding",
        "oak",
        "steel",
        "blue",
        "stackable",
        "grün",
    ];
    const NOUNS: [&str; 7] = [
        "desk",
        "office chair",
        "lamp",
        "shelf",
        "filing cabinet",
        "monitor arm",
        "coat stand",
    ];
    let mut random = Random::new(items as u64);
    let mut json =
        String::from(r#"{"id":"order-2024-000417","currency":"EUR","tax_rate_bp":1900,"items":["#);
    for item in 0..items {
        let comma = if item == 0 { "" } else { "," };
        let adjective = ADJECTIVES[random.below(8)];
        let noun = NOUNS[random.below(7)];
        let size = match spelling {
            Spelling::Plain => " cm",
            Spelling::Escaped => r#"\""#,
        };
        write!(
            json,
            r#"{comma}{{"sku":"SKU-{:06}","description":"{adjective} {noun}, {}{size}","quantity":{},"unit_price":{}}}"#,
            random.below(1_000_000),
            random.below(200) + 20,
            random.below(20) + 1,
            random.below(100_000) + 99,
        )
        .expect("a string takes any text");
    }
    json.push_str("]}");
    json.into_bytes()
}
