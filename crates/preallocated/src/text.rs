//! A string of an order, and whether it has to be escaped again.

use handler::{Item, Order};
use serde::{Serialize, Serializer};

use crate::Items;

/// A string of an order.
#[derive(Clone, Copy, Debug)]
pub enum Text<'a> {
    /// As it stands in the request, between the quotes: no escape in it, so it is written as it was read.
    Verbatim(&'a str),
    /// The value of a string that had escapes: some of them may be needed again.
    Unescaped(&'a str),
}

impl AsRef<str> for Text<'_> {
    #[inline]
    fn as_ref(&self) -> &str {
        match self {
            Self::Verbatim(text) | Self::Unescaped(text) => text,
        }
    }
}

impl Serialize for Text<'_> {
    #[inline]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_ref())
    }
}

/// An order that owns its strings, as one that borrows them, and its items. Nothing is known of their spelling.
pub(crate) fn of_owned(order: &Order) -> (Order<Text<'_>, ()>, Items<'_>) {
    let items = order.items.iter().map(|item| Item {
        sku: Text::Unescaped(&item.sku),
        description: Text::Unescaped(&item.description),
        quantity: item.quantity,
        unit_price: item.unit_price,
    });
    let order = Order {
        id: Text::Unescaped(&order.id),
        currency: Text::Unescaped(&order.currency),
        tax_rate_bp: order.tax_rate_bp,
        items: (),
    };
    (order, items.collect())
}
