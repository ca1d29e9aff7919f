//! Two independent truths: the contract in its shortest form, and the arithmetic in wider integers.

use serde_json::{Value, json};

use crate::{DATA, Handler, Invoice, Order, Rejection, Rows, diagnose};

/// The contract in its shortest form: derived parsing, derived writing, fresh memory each time.
#[derive(Clone, Copy, Debug)]
pub struct Reference;

impl Handler for Reference {
    type Body<'h> = Vec<u8>;

    fn data(&self) -> Vec<u8> {
        DATA.to_vec()
    }

    fn invoice(&self, body: &[u8]) -> Result<Vec<u8>, Rejection> {
        Ok(serde_json::to_vec(&Invoice::of(diagnose(body)?)?).expect("an invoice is JSON"))
    }

    fn rows(&self, rows: Rows<'_>) -> Vec<u8> {
        serde_json::to_vec(&rows).expect("rows are JSON")
    }

    fn reject(&self, rejection: &Rejection) -> Vec<u8> {
        serde_json::to_vec(rejection).expect("a rejection is JSON")
    }
}

/// The invoice for an order by 128-bit arithmetic; nothing where a rule is broken.
pub(super) fn expected(order: &Order) -> Option<Value> {
    let lines: Vec<(u128, Value)> = order
        .items
        .iter()
        .map(|item| {
            let total = u128::from(item.quantity) * u128::from(item.unit_price);
            let line = json!({
                "sku": item.sku, "description": item.description, "quantity": item.quantity,
                "unit_price": item.unit_price, "total": u64::try_from(total).ok()?,
            });
            (item.quantity > 0 && !item.sku.is_empty()).then_some((total, line))
        })
        .collect::<Option<_>>()?;
    let subtotal: u128 = lines.iter().map(|(total, _)| total).sum();
    // Half up: add half of the divisor, then round down.
    let tax = (subtotal * u128::from(order.tax_rate_bp) + 5_000) / 10_000;
    let known = ["EUR", "USD", "JPY", "CHF"].contains(&&*order.currency);
    if order.id.is_empty() || !known || order.tax_rate_bp > 10_000 || lines.is_empty() {
        return None;
    }
    Some(json!({
        "order_id": order.id, "currency": order.currency,
        "lines": lines.into_iter().map(|(_, line)| line).collect::<Vec<_>>(),
        "subtotal": u64::try_from(subtotal).ok()?, "tax_rate_bp": order.tax_rate_bp,
        "tax": u64::try_from(tax).ok()?, "total": u64::try_from(subtotal + tax).ok()?,
    }))
}
