//! Encoders: from a priced order to the invoice's bytes.

use handler::{Invoice, Item, Line, Order, Totals};
use serde::{Serialize, Serializer};

use crate::{SerdeJson, Text};

/// Writes an invoice.
pub trait Encode: Send + Sync + 'static {
    /// Writes the invoice for `order` to the start of `answer`, over whatever stands there, and says how long it is.
    fn encode(
        order: &Order<Text<'_>, &[Item<Text<'_>>]>,
        totals: Totals,
        answer: &mut Vec<u8>,
    ) -> usize;
}

impl Encode for SerdeJson {
    fn encode(
        order: &Order<Text<'_>, &[Item<Text<'_>>]>,
        totals: Totals,
        answer: &mut Vec<u8>,
    ) -> usize {
        struct Lines<'i, 'a>(&'i [Item<Text<'a>>]);
        impl Serialize for Lines<'_, '_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.0.iter().map(|item| Line::of(item.clone())))
            }
        }
        serde_json(
            &Invoice {
                order_id: order.id,
                currency: order.currency,
                lines: Lines(order.items),
                subtotal: totals.subtotal,
                tax_rate_bp: order.tax_rate_bp,
                tax: totals.tax,
                total: totals.total,
            },
            answer,
        )
    }
}

/// Writes a value's JSON with `serde_json` to the start of `answer`, and says how long it is.
pub(crate) fn serde_json(value: &impl Serialize, answer: &mut Vec<u8>) -> usize {
    answer.clear();
    serde_json::to_writer(&mut *answer, value).expect("memory takes any JSON");
    answer.len()
}

/// An encoder that adds up the answer's size first, and then writes it without asking for room again.
#[derive(Clone, Copy, Debug)]
pub struct Exact;

impl Encode for Exact {
    fn encode(
        order: &Order<Text<'_>, &[Item<Text<'_>>]>,
        totals: Totals,
        answer: &mut Vec<u8>,
    ) -> usize {
        let mut size = Size(0);
        invoice(&mut size, order, totals);
        // The bytes beyond the answer stay as they are: only growth is filled.
        if answer.len() < size.0 {
            answer.resize(size.0, 0);
        }
        let mut room = Room(&mut answer[..size.0]);
        invoice(&mut room, order, totals);
        size.0
    }
}

/// What the parts of an answer go to: once to be counted, once to be written.
trait Sink {
    fn fixed<const N: usize>(&mut self, bytes: &[u8; N]);
    fn text(&mut self, text: Text<'_>);
    fn number(&mut self, number: u64);
}

#[inline]
fn invoice(sink: &mut impl Sink, order: &Order<Text<'_>, &[Item<Text<'_>>]>, totals: Totals) {
    sink.fixed(b"{\"order_id\":\"");
    sink.text(order.id);
    sink.fixed(b"\",\"currency\":\"");
    sink.text(order.currency);
    sink.fixed(b"\",\"lines\":[{\"sku\":\"");
    let mut first = true;
    for item in order.items {
        if !first {
            sink.fixed(b"},{\"sku\":\"");
        }
        first = false;
        sink.text(item.sku);
        sink.fixed(b"\",\"description\":\"");
        sink.text(item.description);
        sink.fixed(b"\",\"quantity\":");
        sink.number(u64::from(item.quantity));
        sink.fixed(b",\"unit_price\":");
        sink.number(item.unit_price);
        sink.fixed(b",\"total\":");
        sink.number(Line::of(item.clone()).total);
    }
    sink.fixed(b"}],\"subtotal\":");
    sink.number(totals.subtotal);
    sink.fixed(b",\"tax_rate_bp\":");
    sink.number(u64::from(order.tax_rate_bp));
    sink.fixed(b",\"tax\":");
    sink.number(totals.tax);
    sink.fixed(b",\"total\":");
    sink.number(totals.total);
    sink.fixed(b"}");
}

/// Counts bytes.
struct Size(usize);

impl Sink for Size {
    #[inline]
    fn fixed<const N: usize>(&mut self, _bytes: &[u8; N]) {
        self.0 += N;
    }

    #[inline]
    fn text(&mut self, text: Text<'_>) {
        self.0 += match text {
            Text::Verbatim(text) => text.len(),
            Text::Unescaped(text) => text.bytes().map(|byte| escape(byte).as_bytes().len()).sum(),
        };
    }

    #[inline]
    fn number(&mut self, number: u64) {
        self.0 += digits(number);
    }
}

/// The bytes that are still to be written.
struct Room<'a>(&'a mut [u8]);

impl<'a> Room<'a> {
    #[inline]
    fn take(&mut self, count: usize) -> &'a mut [u8] {
        let (taken, rest) = std::mem::take(&mut self.0).split_at_mut(count);
        self.0 = rest;
        taken
    }
}

impl Sink for Room<'_> {
    #[inline]
    fn fixed<const N: usize>(&mut self, bytes: &[u8; N]) {
        self.take(N).copy_from_slice(bytes);
    }

    #[inline]
    fn text(&mut self, text: Text<'_>) {
        match text {
            Text::Verbatim(text) => self.take(text.len()).copy_from_slice(text.as_bytes()),
            Text::Unescaped(text) => {
                for byte in text.bytes() {
                    let escaped = escape(byte);
                    self.take(escaped.as_bytes().len())
                        .copy_from_slice(escaped.as_bytes());
                }
            }
        }
    }

    #[inline]
    fn number(&mut self, number: u64) {
        decimal(number, self.take(digits(number)));
    }
}

/// A byte as `serde_json` spells it in a string: itself, a short escape, or `\u00xx`.
struct Escape([u8; 6], u8);

impl Escape {
    fn as_bytes(&self) -> &[u8] {
        &self.0[..usize::from(self.1)]
    }
}

fn escape(byte: u8) -> Escape {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\t' => b't',
        b'\n' => b'n',
        0x0c => b'f',
        b'\r' => b'r',
        0..0x20 => {
            let (high, low) = (HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]);
            return Escape([b'\\', b'u', b'0', b'0', high, low], 6);
        }
        _ => return Escape([byte, 0, 0, 0, 0, 0], 1),
    };
    Escape([b'\\', short, 0, 0, 0, 0], 2)
}

/// The number of decimal digits.
#[inline]
fn digits(number: u64) -> usize {
    // Most numbers of an order are short: quantities, prices, totals.
    match number {
        0..10 => 1,
        10..100 => 2,
        100..1_000 => 3,
        1_000..10_000 => 4,
        10_000..100_000 => 5,
        100_000..1_000_000 => 6,
        _ => number.ilog10() as usize + 1,
    }
}

/// Writes a number into exactly as many bytes as it has digits, two at a time from the right.
#[inline]
fn decimal(mut number: u64, room: &mut [u8]) {
    const PAIRS: [[u8; 2]; 100] = {
        let mut pairs = [[0; 2]; 100];
        let mut i = 0;
        while i < 100 {
            pairs[i] = [b'0' + (i / 10) as u8, b'0' + (i % 10) as u8];
            i += 1;
        }
        pairs
    };
    let (odd, pairs) = room.as_rchunks_mut::<2>();
    for pair in pairs.iter_mut().rev() {
        *pair = PAIRS[(number % 100) as usize];
        number /= 100;
    }
    if let [digit] = odd {
        *digit = b'0' + number as u8;
    }
}
