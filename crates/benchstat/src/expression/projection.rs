//! Projections: lists of keys, each with an order of its values.

use super::ExpressionError;
use super::lexer::{Lexer, Token};

/// One key of a projection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) key: String,
    pub(crate) order: Order,
}

/// How the values of a key are ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// As they are first seen.
    First,
    /// By their characters.
    Alphabetic,
    /// By their value as a number, with prefixes such as `k` and `Mi`; other words come last.
    Numeric,
    /// As listed; results with other values are left out.
    Fixed(Vec<String>),
}

/// Parses a projection expression: `key`, `key@order` or `key@(value value)`, any number of them,
/// separated by commas or white space.
pub(crate) fn parse_projection(expression: &str) -> Result<Vec<Field>, ExpressionError> {
    let mut lexer = Lexer::new(expression);
    let mut parsed = Vec::new();
    loop {
        match lexer.peek()? {
            Token::End => break,
            Token::Sign(',') if !parsed.is_empty() => {
                lexer.key()?;
            }
            _ => {}
        }
        parsed.push(parse_field(&mut lexer)?);
    }
    parsed
        .into_iter()
        .map(|field| field.check(&lexer))
        .collect()
}

/// A field as it is written, with the places to blame.
struct Written {
    key: String,
    key_offset: usize,
    order: WrittenOrder,
    order_offset: usize,
}

enum WrittenOrder {
    Named(String),
    Fixed(Vec<String>),
}

fn parse_field(lexer: &mut Lexer<'_>) -> Result<Written, ExpressionError> {
    let key_offset = lexer.offset();
    let Token::Word(key) = lexer.key()? else {
        return Err(lexer.error_at(key_offset, "expected key"));
    };
    let mut field = Written {
        order_offset: key_offset + key.len(),
        key,
        key_offset,
        order: WrittenOrder::Named("first".to_owned()),
    };
    if !lexer.peek()?.is('@') {
        return Ok(field);
    }
    lexer.key()?;
    field.order_offset = lexer.offset();
    field.order = match lexer.key()? {
        Token::Word(name) => WrittenOrder::Named(name),
        Token::Sign('(') => WrittenOrder::Fixed(parse_fixed(lexer)?),
        _ => {
            return Err(lexer.error_at(
                field.order_offset,
                "expected named sort order or parenthesized list",
            ));
        }
    };
    Ok(field)
}

fn parse_fixed(lexer: &mut Lexer<'_>) -> Result<Vec<String>, ExpressionError> {
    let mut words = Vec::new();
    loop {
        let offset = lexer.offset();
        match lexer.key()? {
            Token::Word(word) => words.push(word),
            Token::Sign(')') if words.is_empty() => {
                return Err(lexer.error_at(offset, "nothing to match"));
            }
            Token::Sign(')') => return Ok(words),
            _ => return Err(lexer.error_at(offset, "missing )")),
        }
    }
}

impl Written {
    fn check(self, lexer: &Lexer<'_>) -> Result<Field, ExpressionError> {
        let order = match self.order {
            WrittenOrder::Fixed(words) => Order::Fixed(words),
            WrittenOrder::Named(name) => match &*name {
                "first" => Order::First,
                "alpha" => Order::Alphabetic,
                "num" => Order::Numeric,
                _ => {
                    let message = format!("unknown order {name:?}");
                    return Err(lexer.error_at(self.order_offset, message));
                }
            },
        };
        match (&*self.key, &order) {
            (".config", Order::Fixed(_)) => {
                Err(lexer.error_at(self.order_offset, "fixed order not allowed for .config"))
            }
            (".unit", _) => {
                Err(lexer.error_at(self.key_offset, ".unit is only allowed in filters"))
            }
            ("", _) => Err(lexer.error_at(self.key_offset, "key must not be empty")),
            // No result has such a key, and a heading would print it.
            (key, _) if key.contains(char::is_control) => {
                Err(lexer.error_at(self.key_offset, "control character in the key"))
            }
            _ => Ok(Field {
                key: self.key,
                order,
            }),
        }
    }
}
