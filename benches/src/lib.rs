//! What the bench targets share: their arguments, and what they say of themselves.

#![forbid(unsafe_code)]

mod arguments;
mod environment;
mod functions;
mod results;

pub use arguments::{Arguments, CASES_VARIABLE, Mode, print_listed};
pub use environment::environment;
pub use functions::functions;
pub use results::{RESULTS_VARIABLE, Results};
