//! What one request fills: an order and its lines.

use handler::{Invoice, Item, Line, Memory, Order, Violation};
use pool::Reuse;

/// The memory of a parsed order and its invoice.
#[derive(Debug, Default)]
pub struct Scratch {
    items: Vec<Item>,
    lines: Vec<Line>,
    id: String,
    currency: String,
    /// Empty strings, with room.
    spare: Vec<String>,
    /// The room of all of them, in bytes: adding it up anew would cost more than a small request.
    spare_bytes: usize,
}

impl Scratch {
    /// The invoice for an order that was parsed into this memory.
    ///
    /// # Errors
    ///
    /// The first rule that the order breaks.
    pub(crate) fn invoice(
        &mut self,
        order: Order<String, ()>,
    ) -> Result<Invoice<&str, &[Line]>, Violation> {
        let order = Order {
            id: order.id,
            currency: order.currency,
            tax_rate_bp: order.tax_rate_bp,
            items: &self.items,
        };
        let totals = handler::price(&order);
        let tax_rate_bp = order.tax_rate_bp;
        // They stay here, so that they go back to the pool with the rest.
        (self.id, self.currency) = (order.id, order.currency);
        let totals = totals?;
        self.lines.extend(self.items.drain(..).map(Line::of));
        Ok(Invoice {
            order_id: &self.id,
            currency: &self.currency,
            lines: &self.lines,
            subtotal: totals.subtotal,
            tax_rate_bp,
            tax: totals.tax,
            total: totals.total,
        })
    }

    #[inline]
    fn text(&mut self, text: &str) -> String {
        let mut kept = self.spare.pop().unwrap_or_default();
        self.spare_bytes -= kept.capacity();
        kept.push_str(text);
        kept
    }
}

impl<'de> Memory<'de> for Scratch {
    type Text = String;

    #[inline]
    fn borrowed(&mut self, text: &'de str) -> String {
        self.text(text)
    }

    #[inline]
    fn unescaped(&mut self, text: &str) -> String {
        self.text(text)
    }

    #[inline]
    fn item(&mut self, item: Item) {
        self.items.push(item);
    }
}

impl Reuse for Scratch {
    fn reset(&mut self) {
        let ends = [&mut self.id, &mut self.currency].map(std::mem::take);
        let items = self
            .items
            .drain(..)
            .flat_map(|item| [item.sku, item.description]);
        let lines = self
            .lines
            .drain(..)
            .flat_map(|line| [line.sku, line.description]);
        for mut text in ends.into_iter().chain(items).chain(lines) {
            text.clear();
            self.spare_bytes += text.capacity();
            self.spare.push(text);
        }
    }

    fn capacity_bytes(&self) -> usize {
        self.spare_bytes
            + self.spare.capacity() * size_of::<String>()
            + self.items.capacity() * size_of::<Item>()
            + self.lines.capacity() * size_of::<Line>()
    }
}
