//! The contract of the request handler: what comes in, what goes out, and the rules between.
//!
//! A variant implements [`Handler`]: it decides where the memory of a request comes from. What is answered is decided
//! here, once, for all variants: [routing](Handler::handle), the [grammar](parse), the [rules and the
//! arithmetic](price), and the [errors](Rejection). So the variants can differ in cost alone, and the tests in
//! `conformance` (feature `conformance`) hold each of them to it byte by byte.
//!
//! | route | answer |
//! | --- | --- |
//! | `GET /data` | [`DATA`]: 100 bytes, `a` to `z` repeated, `text/plain` |
//! | `POST /invoices` | an [`Order`] in, an [`Invoice`] out, both JSON |
//!
//! What has to be awaited is not the handler's: a service that has a database asks it, and hands the [`Rows`] to the handler,
//! [to be written down](Handler::rows).
//!
//! # Money
//!
//! Amounts are unsigned 64-bit integers in the currency's minor unit (cents for EUR, yen for JPY). A line's total is
//! quantity × unit price, the subtotal their sum, the tax `subtotal × rate / 10 000` rounded half up, the total
//! subtotal + tax. A result that does not fit in 64 bits is refused, never wrapped.
//!
//! # Errors
//!
//! | status | when |
//! | --- | --- |
//! | 400 | the body is not JSON |
//! | 404 | no such route |
//! | 405 | the route exists, with other methods: they are in `Allow` |
//! | 413 | the body is larger than [`MAX_BODY_BYTES`] |
//! | 422 | the body is JSON, but not an order, or an order that breaks a rule |
//!
//! Each has a JSON body with the code, the message and the place, as [`Rejection`] describes.

#![forbid(unsafe_code)]

mod account;
mod contract;
mod currency;
mod grammar;
mod invoice;
mod order;
mod rejection;

#[cfg(feature = "conformance")]
pub mod conformance;

pub use account::{Account, BadEntry, Entry, MAX_AMOUNT, MAX_TEXT_BYTES, NewEntry, Rows};
pub use contract::{
    ContentType, DATA, Handler, MAX_BODY_BYTES, Method, RETAINED_BYTES, Request, Response,
};
pub use currency::is_currency;
pub use grammar::{Memory, diagnose, parse, read};
pub use invoice::{Invoice, Line, Totals, line_total, price};
pub use order::{Item, Order};
pub use rejection::{Field, Rejection, Violation};
