//! The handler as a competent engineer writes it in a hurry: derived parsing into owned strings, a `Vec` that grows, a
//! `String` out. Each request asks the allocator for all it needs and gives it all back.
//!
//! It is no straw man. Each allocation would pass review: the order's strings are moved into the invoice and not
//! cloned, nothing is parsed twice, nothing is formatted that is not sent. It is the code that the other variants have
//! to beat, and the one to write where they don't.

#![forbid(unsafe_code)]

use handler::{Handler, Invoice, Rejection, Rows};

/// The handler that allocates as it goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Naive;

impl Handler for Naive {
    type Body<'h> = String;

    fn data(&self) -> String {
        ('a'..='z').cycle().take(handler::DATA.len()).collect()
    }

    fn invoice(&self, body: &[u8]) -> Result<String, Rejection> {
        let order = serde_json::from_slice(body).or_else(|_| handler::diagnose(body))?;
        let invoice = Invoice::of(order)?;
        Ok(serde_json::to_string(&invoice).expect("strings and integers are JSON"))
    }

    fn rows(&self, rows: Rows<'_>) -> String {
        serde_json::to_string(&rows).expect("strings and integers are JSON")
    }

    fn reject(&self, rejection: &Rejection) -> String {
        serde_json::to_string(rejection).expect("strings are JSON")
    }
}
