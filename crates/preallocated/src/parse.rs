//! Parsers: from the request's bytes to borrowed items.

use std::fmt;

use bumpalo::Bump;
use handler::{Item, Memory, Order};
use serde::Deserializer;
use simd_json::{Buffers, Node, StaticNode, Tape};

use crate::{Items, SerdeJson, Text};

/// Reads an order, borrowing its strings.
pub trait Parse: Send + Sync + fmt::Debug + 'static {
    /// A parser with room for an order of this many items.
    fn with_room(items: usize) -> Self
    where
        Self: Sized;

    /// Reads an order into `items`; the strings that had escapes go to `scratch`. Nothing is returned for a body that
    /// this parser leaves to another; `items` then holds anything.
    fn parse<'a>(
        &'a mut self,
        body: &'a [u8],
        scratch: &'a Bump,
        items: &mut Items<'a>,
    ) -> Option<Order<Text<'a>, ()>>;

    /// Gives up buffers of more than `bytes` bytes, for such as an order of this many items needs.
    fn shrink_to(&mut self, bytes: usize, items: usize);
}

impl Parse for SerdeJson {
    fn with_room(_items: usize) -> Self {
        Self
    }

    #[inline]
    fn parse<'a>(
        &'a mut self,
        body: &'a [u8],
        scratch: &'a Bump,
        items: &mut Items<'a>,
    ) -> Option<Order<Text<'a>, ()>> {
        handler::parse(body, &mut Borrowed { scratch, items }).ok()
    }

    #[inline]
    fn shrink_to(&mut self, _bytes: usize, _items: usize) {}
}

/// Reads an order from any deserializer, for a parser that has one: what it borrows is taken as it stands.
///
/// # Errors
///
/// Whatever the deserializer says.
pub fn read<'a, D: Deserializer<'a>>(
    deserializer: D,
    scratch: &'a Bump,
    items: &mut Items<'a>,
) -> Result<Order<Text<'a>, ()>, D::Error> {
    handler::read(deserializer, &mut Borrowed { scratch, items })
}

/// Keeps strings where they are, and unescaped ones in the scratch space.
struct Borrowed<'a, 'i> {
    scratch: &'a Bump,
    items: &'i mut Items<'a>,
}

impl<'a> Memory<'a> for Borrowed<'a, '_> {
    type Text = Text<'a>;

    #[inline]
    fn borrowed(&mut self, text: &'a str) -> Text<'a> {
        Text::Verbatim(text)
    }

    #[cold]
    fn unescaped(&mut self, text: &str) -> Text<'a> {
        Text::Unescaped(self.scratch.alloc_str(text))
    }

    #[inline]
    fn item(&mut self, item: Item<Text<'a>>) {
        self.items.push(item);
    }
}

/// simd-json: the body becomes a tape of nodes, and the tape an order.
pub struct SimdJson {
    /// The body, which the parser writes into, and the padding that it reads beyond.
    input: Vec<u8>,
    buffers: Buffers,
    /// Empty between requests.
    tape: Tape<'static>,
}

/// The bytes of an item of a sample order: what a new parser has room for.
const SAMPLE_ITEM: &str = r#"{"sku":"SKU-00000000","description":"a description of some forty characters","quantity":1,"unit_price":1}"#;

impl Parse for SimdJson {
    fn with_room(items: usize) -> Self {
        let mut parser = Self {
            input: Vec::new(),
            buffers: Buffers::default(),
            tape: Tape(Vec::new()),
        };
        // Its buffers have no other way to be sized than by use.
        let body = format!(
            r#"{{"id":"","currency":"","tax_rate_bp":0,"items":[{}]}}"#,
            vec![SAMPLE_ITEM; items].join(",")
        );
        parser.parse(body.as_bytes(), &Bump::new(), &mut Items::new());
        parser
    }

    fn parse<'a>(
        &'a mut self,
        body: &'a [u8],
        _scratch: &'a Bump,
        items: &mut Items<'a>,
    ) -> Option<Order<Text<'a>, ()>> {
        // simd-json 0.19 takes a lone surrogate for a character.
        let escape = memchr::memchr(b'\\', body);
        if escape.is_some_and(|at| memchr::memmem::find(&body[at..], b"\\u").is_some()) {
            return None;
        }
        let text = if escape.is_some() {
            Text::Unescaped
        } else {
            Text::Verbatim
        };
        self.input.clear();
        self.input.reserve(body.len() + simd_json::INPUT_PADDING);
        self.input.extend_from_slice(body);
        self.input
            .resize(body.len() + simd_json::INPUT_PADDING, b' ');
        let mut tape = std::mem::replace(&mut self.tape, Tape(Vec::new())).reset();
        let parsed =
            simd_json::fill_tape_padded(&mut self.input, body.len(), &mut self.buffers, &mut tape);
        let order = parsed.ok().and_then(|()| {
            Nodes {
                rest: &tape.0,
                text,
            }
            .order(items)
        });
        self.tape = tape.reset();
        order
    }

    #[inline]
    fn shrink_to(&mut self, bytes: usize, items: usize) {
        // A tape is about twice as long as its input.
        if self.input.capacity() > bytes
            || self.tape.0.capacity() * size_of::<Node<'_>>() > 2 * bytes
        {
            *self = Self::with_room(items);
        }
    }
}

impl fmt::Debug for SimdJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimdJson")
            .field("input", &self.input.capacity())
            .finish_non_exhaustive()
    }
}

/// The rest of a tape. Each reader takes the nodes of one value, or nothing where they are not what the contract has:
/// then `serde_json` decides.
struct Nodes<'t, 'a> {
    rest: &'t [Node<'a>],
    /// What is known of every string of the body.
    text: fn(&'a str) -> Text<'a>,
}

impl<'a> Nodes<'_, 'a> {
    #[inline]
    fn next(&mut self) -> Option<Node<'a>> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    #[inline]
    fn string(&mut self) -> Option<&'a str> {
        match self.next()? {
            Node::String(text) => Some(text),
            _ => None,
        }
    }

    #[inline]
    fn text(&mut self) -> Option<Text<'a>> {
        self.string().map(self.text)
    }

    #[inline]
    fn unsigned(&mut self) -> Option<u64> {
        match self.next()? {
            Node::Static(StaticNode::U64(number)) => Some(number),
            _ => None,
        }
    }

    #[inline]
    fn order(&mut self, items: &mut Items<'a>) -> Option<Order<Text<'a>, ()>> {
        let Node::Object { len: 4, .. } = self.next()? else {
            return None;
        };
        let (mut id, mut currency, mut tax_rate_bp, mut listed) = (None, None, None, None);
        for _ in 0..4 {
            match self.string()? {
                "id" => id = Some(self.text()?),
                "currency" => currency = Some(self.text()?),
                "tax_rate_bp" => tax_rate_bp = Some(u32::try_from(self.unsigned()?).ok()?),
                "items" => listed = Some(self.items(items)?),
                _ => return None,
            }
        }
        // Four fields, and all four there: none of them twice.
        let order = Order {
            id: id?,
            currency: currency?,
            tax_rate_bp: tax_rate_bp?,
            items: listed?,
        };
        self.rest.is_empty().then_some(order)
    }

    #[inline]
    fn items(&mut self, items: &mut Items<'a>) -> Option<()> {
        let Node::Array { len, .. } = self.next()? else {
            return None;
        };
        items.reserve(len);
        for _ in 0..len {
            items.push(self.item()?);
        }
        Some(())
    }

    #[inline]
    fn item(&mut self) -> Option<Item<Text<'a>>> {
        let Node::Object { len: 4, .. } = self.next()? else {
            return None;
        };
        let (mut sku, mut description, mut quantity, mut unit_price) = (None, None, None, None);
        for _ in 0..4 {
            match self.string()? {
                "sku" => sku = Some(self.text()?),
                "description" => description = Some(self.text()?),
                "quantity" => quantity = Some(u32::try_from(self.unsigned()?).ok()?),
                "unit_price" => unit_price = Some(self.unsigned()?),
                _ => return None,
            }
        }
        Some(Item {
            sku: sku?,
            description: description?,
            quantity: quantity?,
            unit_price: unit_price?,
        })
    }
}
