//! Generated orders, their spellings, and bytes that are nearly orders.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::{Account, Entry, Item, Order};

/// Orders that keep the rules or break them, a little of each.
///
/// Their currencies are `EUR`, `USD`, `JPY` and `CHF`, and words that are no currency.
pub fn orders() -> impl Strategy<Value = Order> {
    let currency = prop_oneof![
        8 => select(vec!["EUR", "USD", "JPY", "CHF"]),
        1 => select(vec!["", "eur", "EURO", "E\u{20ac}", "QQQ"]),
    ];
    let rate = prop_oneof![8 => 0..=10_000_u32, 1 => any::<u32>()];
    (text(), currency, rate, vec(items(), 0..12)).prop_map(|(id, currency, tax_rate_bp, items)| {
        Order {
            id,
            currency: currency.to_owned(),
            tax_rate_bp,
            items,
        }
    })
}

/// Accounts with any text and any numbers, as a database may have them.
pub fn accounts() -> impl Strategy<Value = Account> {
    let entry = (any::<i64>(), any::<i64>(), any::<i64>(), text());
    let entry = entry.prop_map(|(id, at, amount, text)| Entry {
        id,
        at,
        amount,
        text,
    });
    (
        any::<u32>(),
        text(),
        text(),
        any::<i64>(),
        vec(entry, 0..12),
    )
        .prop_map(|(id, owner, currency, balance, entries)| Account {
            id,
            owner,
            currency,
            balance,
            entries,
        })
}

fn items() -> impl Strategy<Value = Item> {
    let quantity = prop_oneof![16 => 1..=1_000_u32, 1 => any::<u32>()];
    let price = prop_oneof![16 => 0..=1_000_000_u64, 1 => any::<u64>()];
    (text(), text(), quantity, price).prop_map(|(sku, description, quantity, unit_price)| Item {
        sku,
        description,
        quantity,
        unit_price,
    })
}

/// Mostly plain words; now and then empty, long, in need of escapes, or from all over Unicode.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        16 => "[A-Za-z0-9 -]{1,24}",
        1 => Just(String::new()),
        2 => "[\"\\\\/\u{8}\u{c}\n\r\t\u{0}-\u{1f}\u{7f} a-z]{1,12}",
        2 => any::<String>(),
        1 => "[a-z\u{e4}\u{20ac}\u{1f980}]{30,200}",
    ]
}

/// Orders as JSON: fields in any order, white space, needless escapes, unknown fields.
pub fn bodies() -> impl Strategy<Value = Vec<u8>> {
    spelled_orders().prop_map(|(_, body)| body)
}

pub(super) fn spelled_orders() -> impl Strategy<Value = (Order, Vec<u8>)> {
    (orders(), spelling()).prop_map(|(order, spelling)| {
        let body = spelling.order(&order);
        (order, body)
    })
}

/// How an order is written down.
#[derive(Clone, Debug)]
struct Spelling {
    rotate: usize,
    space: &'static str,
    escape: Escape,
    unknown: Option<&'static str>,
}

#[derive(Clone, Copy, Debug)]
enum Escape {
    Needed,
    Slash,
    Everything,
}

fn spelling() -> impl Strategy<Value = Spelling> {
    let unknown = prop_oneof![
        3 => Just(None),
        1 => select(vec![
            "null", "1e300", "-0", "[[],{\"a\":[1,2.5e-3]}]", "\"\\ud83e\\udd80\"", "\"\\ud800\"",
            "123456789012345678901234567890", "{\"items\":[]}", "true",
        ]).prop_map(Some),
    ];
    let escape = prop_oneof![
        4 => Just(Escape::Needed),
        1 => Just(Escape::Slash),
        1 => Just(Escape::Everything),
    ];
    (
        0..4_usize,
        select(vec!["", "", " ", "\n\t", " \r\n  "]),
        escape,
        unknown,
    )
        .prop_map(|(rotate, space, escape, unknown)| Spelling {
            rotate,
            space,
            escape,
            unknown,
        })
}

impl Spelling {
    fn order(&self, order: &Order) -> Vec<u8> {
        let items: Vec<_> = order.items.iter().map(|item| self.item(item)).collect();
        let separator = format!(",{}", self.space);
        self.object(vec![
            ("id", self.string(&order.id)),
            ("currency", self.string(&order.currency)),
            ("tax_rate_bp", order.tax_rate_bp.to_string()),
            ("items", format!("[{}]", items.join(&separator))),
        ])
        .into_bytes()
    }

    fn item(&self, item: &Item) -> String {
        self.object(vec![
            ("sku", self.string(&item.sku)),
            ("description", self.string(&item.description)),
            ("quantity", item.quantity.to_string()),
            ("unit_price", item.unit_price.to_string()),
        ])
    }

    fn object(&self, mut fields: Vec<(&str, String)>) -> String {
        let space = self.space;
        fields.rotate_left(self.rotate);
        if let Some(unknown) = self.unknown {
            fields.insert(self.rotate, ("note", unknown.to_owned()));
        }
        let fields: Vec<_> = fields
            .into_iter()
            .map(|(name, value)| format!("{space}{}{space}:{space}{value}", self.string(name)))
            .collect();
        format!("{space}{{{}{space}}}{space}", fields.join(","))
    }

    fn string(&self, text: &str) -> String {
        let plain = serde_json::Value::from(text).to_string();
        match self.escape {
            Escape::Needed => plain,
            Escape::Slash => plain.replace('/', "\\/"),
            Escape::Everything => {
                let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
                format!("\"{}\"", units.collect::<String>())
            }
        }
    }
}

/// Bytes that are nearly an order: a spelling with up to four places changed.
pub fn mutated_bodies() -> impl Strategy<Value = Vec<u8>> {
    (bodies(), vec(mutation(), 1..=4)).prop_map(|(mut body, mutations)| {
        for mutation in mutations {
            mutation.apply(&mut body);
        }
        body
    })
}

#[derive(Clone, Debug)]
enum Mutation {
    Replace(Index, u8),
    Insert(Index, &'static [u8]),
    /// Puts a token in the place of a whole run of letters and digits.
    Token(Index, &'static [u8]),
    Remove(Index, usize),
    Truncate(Index),
    Repeat(Index, Index),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let bytes = prop_oneof![
        select(b"\"\\{}[]:,0159-+.eEtfnu \n\t\0\x1f\x7f\xff\xc3\xed".to_vec()),
        any::<u8>()
    ];
    let place = any::<Index>;
    prop_oneof![
        (place(), bytes).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        (place(), select(tokens())).prop_map(|(at, token)| Mutation::Insert(at, token)),
        (place(), select(tokens())).prop_map(|(at, token)| Mutation::Token(at, token)),
        (place(), 1..9_usize).prop_map(|(at, count)| Mutation::Remove(at, count)),
        place().prop_map(Mutation::Truncate),
        (place(), place()).prop_map(|(from, to)| Mutation::Repeat(from, to)),
    ]
}

/// Tokens that parsers of JSON are known to treat differently, or that turn one field into another.
fn tokens() -> Vec<&'static [u8]> {
    vec![
        b"-0",
        b"0",
        b"00",
        b"01",
        b"-1",
        b"1.0",
        b"1e2",
        b"1E400",
        b"0.1e1",
        b"1.",
        b".5",
        b"+1",
        b"4294967295",
        b"4294967296",
        b"18446744073709551615",
        b"18446744073709551616",
        b"123456789012345678901234567890",
        b"null",
        b"true",
        b"nul",
        b"NaN",
        b"\"",
        b"\"\"",
        b"\\",
        b"\\u",
        b"\\u0000",
        b"\\u0022",
        b"\\u005c",
        b"\\ud800",
        b"\\udc00",
        b"\\ud83e\\udd80",
        b"\\ud800\\u0041",
        b"\\x",
        b"\\/",
        b"\\n",
        b"\x7f",
        b"\0",
        b"\xef\xbb\xbf",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xff",
        b"{}",
        b"[]",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"[[[[[[[[",
        b"]]]]]]]]",
        b"\"id\":\"x\",",
        b"\"items\":[],",
        b"\"sku\":1,",
        b"\"quantity\":0,",
        b"/**/",
        b"'",
        b"\"note\":{\"a\":[1,{}]},",
        b"\x0b",
        b"\xc2\xa0",
        b"\xe2\x80\xa8",
    ]
}

impl Mutation {
    fn apply(&self, body: &mut Vec<u8>) {
        if body.is_empty() {
            return;
        }
        match self {
            Self::Replace(at, byte) => *at.get_mut(body) = *byte,
            Self::Insert(at, token) => {
                let at = at.index(body.len());
                body.splice(at..at, token.iter().copied());
            }
            Self::Token(at, token) => {
                let at = at.index(body.len());
                let word = |byte: &u8| byte.is_ascii_alphanumeric();
                let start = body[..at]
                    .iter()
                    .rposition(|byte| !word(byte))
                    .map_or(0, |place| place + 1);
                let end = at
                    + body[at..]
                        .iter()
                        .position(|byte| !word(byte))
                        .unwrap_or(body.len() - at);
                body.splice(start..end, token.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = at.index(body.len());
                body.drain(at..(at + count).min(body.len()));
            }
            Self::Truncate(at) => body.truncate(at.index(body.len())),
            Self::Repeat(from, to) => {
                let (from, to) = (from.index(body.len()), to.index(body.len()));
                let piece = body[from.min(to)..from.max(to)].to_vec();
                body.splice(from..from, piece);
            }
        }
    }
}
