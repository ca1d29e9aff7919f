//! Why a request is refused, and how that is said.

use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

use crate::MAX_BODY_BYTES;

/// Why a request is refused.
///
/// Serialises as the body of the answer:
///
/// ```
/// # use handler::{Rejection, Violation};
/// let rejection = Rejection::from(Violation::ZeroQuantity { index: 2 });
/// assert_eq!(rejection.status(), 422);
/// assert_eq!(
///     serde_json::to_string(&rejection).unwrap(),
///     r#"{"error":{"code":"zero_quantity","message":"a quantity is at least 1","at":"/items/2/quantity"}}"#
/// );
/// ```
///
/// `at` is a JSON pointer (RFC 6901) into the order where a rule is broken, `line 1 column 7` where the body can't be
/// read, and the name of the request's part otherwise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The body is not JSON: 400.
    #[error("the body is not JSON: {message} at line {line} column {column}")]
    Malformed {
        /// What the parser says.
        message: String,
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1; 0 where the line had not begun.
        column: usize,
    },
    /// The body is JSON but not an order: 422.
    #[error("the body is not an order: {message} at line {line} column {column}")]
    NotAnOrder {
        /// What the parser says.
        message: String,
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1; 0 where the line had not begun.
        column: usize,
    },
    /// The order breaks a rule: 422.
    #[error(transparent)]
    Violation(Violation),
    /// The body is larger than [`MAX_BODY_BYTES`]: 413.
    #[error("the body is larger than {MAX_BODY_BYTES} bytes")]
    BodyTooLarge,
    /// There is no such route: 404.
    #[error("no route {path}")]
    NoSuchRoute {
        /// The path that was asked for.
        path: Box<str>,
    },
    /// The route exists, but not with this method: 405.
    #[error("the methods of this route are {allow}")]
    MethodNotAllowed {
        /// The value of the `Allow` header field.
        allow: &'static str,
    },
}

/// A rule that an order breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// `id` is empty.
    #[error("an order has an id")]
    EmptyId,
    /// `currency` is not an ISO 4217 code.
    #[error("a currency is a code of ISO 4217")]
    UnknownCurrency,
    /// `tax_rate_bp` exceeds 100 %.
    #[error("a tax rate is at most 10000 basis points")]
    TaxRateTooHigh,
    /// `items` is empty.
    #[error("an order has an item")]
    NoItems,
    /// An item's `sku` is empty.
    #[error("an item has a sku")]
    EmptySku {
        /// The item's index, from 0.
        index: usize,
    },
    /// An item's `quantity` is zero.
    #[error("a quantity is at least 1")]
    ZeroQuantity {
        /// The item's index, from 0.
        index: usize,
    },
    /// A sum does not fit in 64 bits.
    #[error("the sum does not fit in 64 bits")]
    Overflow(Field),
}

/// Where a sum stops fitting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// At an item: its own total, or the subtotal with it.
    Item {
        /// The item's index, from 0.
        index: usize,
    },
    /// At the total with tax.
    Total,
}

impl Rejection {
    /// The HTTP status of the answer.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed { .. } => 400,
            Self::NoSuchRoute { .. } => 404,
            Self::MethodNotAllowed { .. } => 405,
            Self::BodyTooLarge => 413,
            Self::NotAnOrder { .. } | Self::Violation(_) => 422,
        }
    }

    /// The value of the answer's `Allow` header field, where it has one.
    pub const fn allow(&self) -> Option<&'static str> {
        match self {
            Self::MethodNotAllowed { allow } => Some(allow),
            _ => None,
        }
    }

    /// A stable name for programs to act on.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed_json",
            Self::NotAnOrder { .. } => "not_an_order",
            Self::BodyTooLarge => "body_too_large",
            Self::NoSuchRoute { .. } => "no_such_route",
            Self::MethodNotAllowed { .. } => "method_not_allowed",
            Self::Violation(violation) => match violation {
                Violation::EmptyId => "empty_id",
                Violation::UnknownCurrency => "unknown_currency",
                Violation::TaxRateTooHigh => "tax_rate_too_high",
                Violation::NoItems => "no_items",
                Violation::EmptySku { .. } => "empty_sku",
                Violation::ZeroQuantity { .. } => "zero_quantity",
                Violation::Overflow(_) => "overflow",
            },
        }
    }

    /// What is at fault, and where, as the answer says it: see the type's documentation.
    fn place(&self) -> String {
        match self {
            Self::Malformed { line, column, .. } | Self::NotAnOrder { line, column, .. } => {
                format!("line {line} column {column}")
            }
            Self::BodyTooLarge => "body".to_owned(),
            Self::NoSuchRoute { path } => path.to_string(),
            Self::MethodNotAllowed { .. } => "method".to_owned(),
            Self::Violation(violation) => match violation {
                Violation::EmptyId => "/id".to_owned(),
                Violation::UnknownCurrency => "/currency".to_owned(),
                Violation::TaxRateTooHigh => "/tax_rate_bp".to_owned(),
                Violation::NoItems => "/items".to_owned(),
                Violation::EmptySku { index } => format!("/items/{index}/sku"),
                Violation::ZeroQuantity { index } => format!("/items/{index}/quantity"),
                Violation::Overflow(Field::Item { index }) => format!("/items/{index}"),
                // The whole order: no single field is at fault.
                Violation::Overflow(Field::Total) => String::new(),
            },
        }
    }
}

impl Serialize for Rejection {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Error<'a>(&'a Rejection);
        impl Serialize for Error<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut error = serializer.serialize_struct("error", 3)?;
                error.serialize_field("code", self.0.code())?;
                match self.0 {
                    Rejection::Malformed { message, .. }
                    | Rejection::NotAnOrder { message, .. } => {
                        error.serialize_field("message", message)?;
                    }
                    other => error.serialize_field("message", &other.to_string())?,
                }
                error.serialize_field("at", &self.0.place())?;
                error.end()
            }
        }
        let mut body = serializer.serialize_map(Some(1))?;
        body.serialize_entry("error", &Error(self))?;
        body.end()
    }
}
