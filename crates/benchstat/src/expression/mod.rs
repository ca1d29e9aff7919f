//! The two small languages: filters, which choose results, and projections, which arrange them.

mod filter;
mod lexer;
mod projection;
mod quote;
mod regex;

use std::fmt;

use benchfmt::is_obeyed;
use thiserror::Error;

use quote::is_graphic;

pub(crate) use filter::{Filter, Match, Pattern};
pub(crate) use projection::{Field, Order, parse_projection};

/// An expression that could not be parsed.
///
/// Displays as the message, the expression, and a caret under the place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct ExpressionError {
    /// The whole expression.
    pub expression: String,
    /// Where in it, in bytes.
    pub offset: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let column = self
            .expression
            .char_indices()
            .take_while(|&(at, _)| at < self.offset)
            .filter(|&(_, c)| is_graphic(c))
            .count();
        write!(
            f,
            "syntax error: {}\n\t{}\n\t{}^",
            shown(&self.message),
            shown(&self.expression),
            // A width in the format could be no more than 65,535.
            " ".repeat(column)
        )
    }
}

/// A text without what would drive a terminal.
fn shown(text: &str) -> String {
    let shows = |c: &char| !is_obeyed(*c) || matches!(c, '\t' | '\n');
    text.chars().filter(shows).collect()
}
