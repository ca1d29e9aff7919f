//! The grammar of an order, read into any memory.

use std::fmt;

use serde::de::{self, DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use crate::{Item, Order, Rejection};

/// Where a parsed order is kept: the one thing in which parsing differs between variants.
pub trait Memory<'de> {
    /// A string that this memory keeps.
    type Text;

    /// Keeps a string that stands in the input as it is, without an escape in it.
    fn borrowed(&mut self, text: &'de str) -> Self::Text;

    /// Keeps a string that had escapes: it lives in the parser's scratch space, for this call only.
    fn unescaped(&mut self, text: &str) -> Self::Text;

    /// Keeps the next item.
    fn item(&mut self, item: Item<Self::Text>);
}

/// Reads an order into `memory` with `serde_json`, and returns what is not an item.
///
/// It reads what the derived `Deserialize` of [`Order`] reads, in the form of JSON objects.
///
/// # Errors
///
/// Where it fails, [`diagnose`] decides: it says what is wrong, or accepts the forms that are not read here. Items that
/// were read until then stay in `memory`.
#[inline]
pub fn parse<'de, M: Memory<'de>>(
    body: &'de [u8],
    memory: &mut M,
) -> Result<Order<M::Text, ()>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let order = read(&mut deserializer, memory)?;
    deserializer.end()?;
    Ok(order)
}

/// Reads an order from any deserializer into `memory`, and returns what is not an item.
///
/// # Errors
///
/// Whatever the deserializer says; the items that were read until then stay in `memory`.
#[inline]
pub fn read<'de, D: de::Deserializer<'de>, M: Memory<'de>>(
    deserializer: D,
    memory: &mut M,
) -> Result<Order<M::Text, ()>, D::Error> {
    OrderSeed(memory).deserialize(deserializer)
}

/// Reads an order with the derived `Deserialize` of [`Order`], which is the contract, and says what is wrong with it.
///
/// # Errors
///
/// [`Rejection::Malformed`] where the body is not JSON, or a string or number of the order is none;
/// [`Rejection::NotAnOrder`] where the body is JSON of another shape.
#[cold]
pub fn diagnose(body: &[u8]) -> Result<Order, Rejection> {
    let error = match serde_json::from_slice(body) {
        Ok(order) => return Ok(order),
        Err(error) => error,
    };
    // A field of the wrong type may stand before the place where the body stops being JSON.
    let error = match serde_json::from_slice::<IgnoredAny>(body) {
        Err(syntax) if error.is_data() => syntax,
        _ => error,
    };
    let (line, column) = (error.line(), error.column());
    let mut message = error.to_string();
    if let Some(at) = message.rfind(" at line ") {
        message.truncate(at);
    }
    Err(match error.classify() {
        Category::Data => Rejection::NotAnOrder {
            message,
            line,
            column,
        },
        Category::Syntax | Category::Eof | Category::Io => Rejection::Malformed {
            message,
            line,
            column,
        },
    })
}

struct OrderSeed<'m, M>(&'m mut M);

impl<'de, M: Memory<'de>> DeserializeSeed<'de> for OrderSeed<'_, M> {
    type Value = Order<M::Text, ()>;

    #[inline]
    fn deserialize<D: de::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, M: Memory<'de>> Visitor<'de> for OrderSeed<'_, M> {
    type Value = Order<M::Text, ()>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an order")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let memory = self.0;
        let (mut id, mut currency, mut tax_rate_bp, mut items) = (None, None, None, None);
        while let Some(field) =
            map.next_key_seed(Name(["id", "currency", "tax_rate_bp", "items"]))?
        {
            match field {
                Some(0) => once(&mut id, "id", map.next_value_seed(TextSeed(memory))?)?,
                Some(1) => once(
                    &mut currency,
                    "currency",
                    map.next_value_seed(TextSeed(memory))?,
                )?,
                Some(2) => once(&mut tax_rate_bp, "tax_rate_bp", map.next_value()?)?,
                Some(_) => once(&mut items, "items", map.next_value_seed(ItemsSeed(memory))?)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Order {
            id: present(id, "id")?,
            currency: present(currency, "currency")?,
            tax_rate_bp: present(tax_rate_bp, "tax_rate_bp")?,
            items: present(items, "items")?,
        })
    }
}

struct ItemsSeed<'m, M>(&'m mut M);

impl<'de, M: Memory<'de>> DeserializeSeed<'de> for ItemsSeed<'_, M> {
    type Value = ();

    #[inline]
    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de, M: Memory<'de>> Visitor<'de> for ItemsSeed<'_, M> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("items")
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element_seed(ItemSeed(&mut *self.0))? {
            self.0.item(item);
        }
        Ok(())
    }
}

struct ItemSeed<'m, M>(&'m mut M);

impl<'de, M: Memory<'de>> DeserializeSeed<'de> for ItemSeed<'_, M> {
    type Value = Item<M::Text>;

    #[inline]
    fn deserialize<D: de::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de, M: Memory<'de>> Visitor<'de> for ItemSeed<'_, M> {
    type Value = Item<M::Text>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an item")
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let memory = self.0;
        let (mut sku, mut description, mut quantity, mut unit_price) = (None, None, None, None);
        while let Some(field) =
            map.next_key_seed(Name(["sku", "description", "quantity", "unit_price"]))?
        {
            match field {
                Some(0) => once(&mut sku, "sku", map.next_value_seed(TextSeed(memory))?)?,
                Some(1) => once(
                    &mut description,
                    "description",
                    map.next_value_seed(TextSeed(memory))?,
                )?,
                Some(2) => once(&mut quantity, "quantity", map.next_value()?)?,
                Some(_) => once(&mut unit_price, "unit_price", map.next_value()?)?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(Item {
            sku: present(sku, "sku")?,
            description: present(description, "description")?,
            quantity: present(quantity, "quantity")?,
            unit_price: present(unit_price, "unit_price")?,
        })
    }
}

#[inline]
fn once<T, E: de::Error>(field: &mut Option<T>, name: &'static str, value: T) -> Result<(), E> {
    if field.is_some() {
        return Err(E::duplicate_field(name));
    }
    *field = Some(value);
    Ok(())
}

#[inline]
fn present<T, E: de::Error>(field: Option<T>, name: &'static str) -> Result<T, E> {
    field.ok_or_else(|| E::missing_field(name))
}

/// The index of a field's name among the known ones; nothing for another name.
struct Name([&'static str; 4]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<usize>;

    #[inline]
    fn deserialize<D: de::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    #[inline]
    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|known| *known == name))
    }
}

/// A string, kept by a memory.
struct TextSeed<'m, M>(&'m mut M);

impl<'de, M: Memory<'de>> DeserializeSeed<'de> for TextSeed<'_, M> {
    type Value = M::Text;

    #[inline]
    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<M::Text, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de, M: Memory<'de>> Visitor<'de> for TextSeed<'_, M> {
    type Value = M::Text;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    #[inline]
    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<M::Text, E> {
        Ok(self.0.borrowed(text))
    }

    #[inline]
    fn visit_str<E>(self, text: &str) -> Result<M::Text, E> {
        Ok(self.0.unescaped(text))
    }
}
