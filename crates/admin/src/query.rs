//! The parameters of a request.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use thiserror::Error;

/// What is wrong with the parameters.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum BadQuery {
    #[error("{name}={value}: must be {permitted}")]
    Value {
        name: &'static str,
        value: String,
        permitted: String,
    },
    #[error("unknown parameter {name}: {known}")]
    Unknown { name: String, known: String },
    #[error("{0} is given twice")]
    Twice(String),
}

/// The parameters as they were written. None of the port's has a value that needs escapes.
#[derive(Debug)]
pub(crate) struct Query<'a> {
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Query<'a> {
    /// Reads a query, in which no other parameters than these may be.
    pub(crate) fn read(query: &'a str, known: &[&str]) -> Result<Self, BadQuery> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            if !known.contains(&name) {
                return Err(BadQuery::Unknown {
                    name: shown(name),
                    known: match known {
                        [] => String::from("none is permitted here"),
                        known => format!("permitted are {}", known.join(", ")),
                    },
                });
            }
            if pairs.iter().any(|(before, _)| *before == name) {
                return Err(BadQuery::Twice(shown(name)));
            }
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        let found = self.pairs.iter().find(|(given, _)| *given == name);
        found.map(|(_, value)| *value)
    }

    /// A whole number in a range, or `None` if it is not given.
    pub(crate) fn number<T>(
        &self,
        name: &'static str,
        range: RangeInclusive<T>,
        unit: &str,
    ) -> Result<Option<T>, BadQuery>
    where
        T: FromStr + PartialOrd + Display,
    {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match value.parse() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(BadQuery::Value {
                name,
                value: shown(value),
                permitted: if range.start() == range.end() {
                    format!("{}{unit}", range.start())
                } else {
                    format!(
                        "a whole number from {} to {}{unit}",
                        range.start(),
                        range.end()
                    )
                },
            }),
        }
    }

    /// What one of some words means.
    pub(crate) fn word<T: Copy>(
        &self,
        name: &'static str,
        words: &[(&str, T)],
        unless_given: T,
    ) -> Result<T, BadQuery> {
        let Some(value) = self.get(name) else {
            return Ok(unless_given);
        };
        let found = words.iter().find(|(word, _)| *word == value);
        found.map(|(_, meaning)| *meaning).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            BadQuery::Value {
                name,
                value: shown(value),
                permitted: words.join(" or "),
            }
        })
    }
}

/// How much of a text that is not understood is shown again.
const SHOWN: usize = 64;

fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
