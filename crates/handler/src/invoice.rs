//! The invoice: the rules an order has to keep, the arithmetic, and what a client gets back.

use serde::Serialize;

use crate::{Field, Item, Order, Rejection, Violation, is_currency};

/// A tax rate of 100 %, in basis points: the highest that is accepted.
const MAX_TAX_RATE_BP: u32 = 10_000;

/// The sums of an invoice, in the currency's minor unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// The sum of the lines' totals.
    pub subtotal: u64,
    /// The tax on the subtotal, rounded half up.
    pub tax: u64,
    /// Subtotal and tax.
    pub total: u64,
}

/// An invoice, generic over what holds its strings (`T`) and its lines (`L`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Invoice<T = String, L = Vec<Line<T>>> {
    /// The order's `id`.
    pub order_id: T,
    /// The order's currency.
    pub currency: T,
    /// A line for each item, in the order's order.
    pub lines: L,
    /// The sum of the lines' totals.
    pub subtotal: u64,
    /// The order's tax rate in basis points.
    pub tax_rate_bp: u32,
    /// The tax on the subtotal, rounded half up.
    pub tax: u64,
    /// Subtotal and tax.
    pub total: u64,
}

/// One line of an invoice: an item and its total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line<T = String> {
    /// The item's article number.
    pub sku: T,
    /// The item's description.
    pub description: T,
    /// How many.
    pub quantity: u32,
    /// The price of one, in the currency's minor unit.
    pub unit_price: u64,
    /// Quantity × unit price.
    pub total: u64,
}

impl Invoice {
    /// The invoice for an order, its strings moved over.
    ///
    /// # Errors
    ///
    /// The first rule that the order breaks, as [`price`] finds it.
    pub fn of(order: Order) -> Result<Self, Violation> {
        let totals = price(&order)?;
        let mut lines = Vec::new();
        for item in order.items {
            lines.push(Line::of(item));
        }
        Ok(Self {
            order_id: order.id,
            currency: order.currency,
            lines,
            subtotal: totals.subtotal,
            tax_rate_bp: order.tax_rate_bp,
            tax: totals.tax,
            total: totals.total,
        })
    }
}

impl<T> Line<T> {
    /// The line for an item of an order that [`price`] accepted.
    #[inline]
    pub fn of(item: Item<T>) -> Self {
        let total = item.unit_price.wrapping_mul(u64::from(item.quantity));
        let Item {
            sku,
            description,
            quantity,
            unit_price,
        } = item;
        Self {
            sku,
            description,
            quantity,
            unit_price,
            total,
        }
    }
}

/// Quantity × unit price, or nothing where it does not fit.
#[inline]
pub const fn line_total(quantity: u32, unit_price: u64) -> Option<u64> {
    unit_price.checked_mul(quantity as u64)
}

/// Checks an order against the rules and adds it up.
///
/// The rules, in the order in which they are checked: the id is not empty, the currency is known, the tax rate is at
/// most 100 %, there is an item; then for each item: the SKU is not empty, the quantity is not zero, the line's total
/// and the subtotal so far fit in 64 bits; at last the tax and the total do.
///
/// # Errors
///
/// The first rule that is broken.
#[inline]
pub fn price<T, I>(order: &Order<T, I>) -> Result<Totals, Violation>
where
    T: AsRef<str>,
    I: AsRef<[Item<T>]>,
{
    if order.id.as_ref().is_empty() {
        return Err(Violation::EmptyId);
    }
    if !is_currency(order.currency.as_ref()) {
        return Err(Violation::UnknownCurrency);
    }
    if order.tax_rate_bp > MAX_TAX_RATE_BP {
        return Err(Violation::TaxRateTooHigh);
    }
    let items = order.items.as_ref();
    if items.is_empty() {
        return Err(Violation::NoItems);
    }
    let mut subtotal = 0_u64;
    for (index, item) in items.iter().enumerate() {
        if item.sku.as_ref().is_empty() {
            return Err(Violation::EmptySku { index });
        }
        if item.quantity == 0 {
            return Err(Violation::ZeroQuantity { index });
        }
        subtotal = line_total(item.quantity, item.unit_price)
            .and_then(|total| subtotal.checked_add(total))
            .ok_or(Violation::Overflow(Field::Item { index }))?;
    }
    let tax = tax(subtotal, order.tax_rate_bp);
    let total = subtotal
        .checked_add(tax)
        .ok_or(Violation::Overflow(Field::Total))?;
    Ok(Totals {
        subtotal,
        tax,
        total,
    })
}

/// `subtotal × rate / 10 000`, rounded half up. It fits, because the rate is at most 10 000.
#[inline]
fn tax(subtotal: u64, rate_bp: u32) -> u64 {
    let (rate, whole) = (u64::from(rate_bp), u64::from(MAX_TAX_RATE_BP));
    // Whole ten-thousands and the rest apart: no product exceeds 64 bits, and no 128-bit division is needed.
    (subtotal / whole) * rate + ((subtotal % whole) * rate + whole / 2) / whole
}

impl From<Violation> for Rejection {
    #[inline]
    fn from(violation: Violation) -> Self {
        Self::Violation(violation)
    }
}
