//! The one list of what is measured. Every kind of measurement takes its cases from [`all`], so a case that is counted in
//! instructions is the same code as the case that is timed.
//!
//! ```
//! let case = cases::all().into_iter().find(|case| case.name() == "Invoice/items=1/variant=naive").unwrap();
//! let mut operation = case.prepare(); // checks the answer, too
//! operation.run(3);
//! ```

#![forbid(unsafe_code)]

mod account;
mod buffer;
mod case;
mod exchange;
mod filter;
mod handlers;
pub mod orders;
mod parse;
mod pool;
mod random;
mod read;
mod results;
mod table;
mod u_test;

pub use case::{Case, Kind, Operation};
pub use exchange::{Exchange, exchanges};

/// All cases, in the order in which they are listed and reported.
pub fn all() -> Vec<Case> {
    let mut all = handlers::cases();
    all.extend(account::cases());
    all.extend(parse::cases());
    all.extend(pool::cases());
    all.extend(buffer::cases());
    all.extend(read::cases());
    all.extend(u_test::cases());
    all.extend(table::cases());
    all.extend(filter::cases());
    all
}
