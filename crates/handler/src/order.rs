//! The order: what a client sends.

use serde::Deserialize;

/// An order, generic over what holds its strings (`T`) and its items (`I`).
///
/// ```json
/// {"id":"o-17","currency":"EUR","tax_rate_bp":1900,
///  "items":[{"sku":"A-1","description":"Desk","quantity":2,"unit_price":14900}]}
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Order<T = String, I = Vec<Item<T>>> {
    /// The client's own name for the order; not empty.
    pub id: T,
    /// An ISO 4217 code.
    pub currency: T,
    /// The tax rate in basis points (hundredths of a percent), at most 10 000.
    pub tax_rate_bp: u32,
    /// The items; at least one.
    pub items: I,
}

/// One item of an order.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Item<T = String> {
    /// The article's number; not empty.
    pub sku: T,
    /// What it is, in words.
    pub description: T,
    /// How many; at least one.
    pub quantity: u32,
    /// The price of one, in the currency's minor unit.
    pub unit_price: u64,
}
