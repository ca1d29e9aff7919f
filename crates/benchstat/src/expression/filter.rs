//! Filters: boolean expressions over a result's keys and units.

use benchfmt::normalize;
use regex_lite::Regex;

use super::ExpressionError;
use super::lexer::{Lexer, Token};

/// How deep parentheses and minus signs may be nested: more than anyone writes, little enough
/// for the stack.
const MAX_DEPTH: usize = 200;

/// A parsed filter.
#[derive(Clone, Debug)]
pub(crate) enum Filter {
    /// All of them match; none at all is `*`.
    All(Vec<Filter>),
    /// One of them matches.
    Any(Vec<Filter>),
    /// It does not match.
    Not(Box<Filter>),
    /// The value of a key matches.
    Key { key: String, pattern: Pattern },
}

/// What a value is compared with.
#[derive(Clone, Debug)]
pub(crate) enum Pattern {
    Literal(String),
    Regex(Regex),
    /// One of several words, as in a projection's fixed order.
    OneOf(Vec<String>),
}

impl Pattern {
    pub(crate) fn matches(&self, value: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == value,
            Self::Regex(regex) => regex.is_match(value),
            Self::OneOf(words) => words.iter().any(|word| word == value),
        }
    }

    /// Whether it matches a unit, or names one of which this is the base unit.
    pub(crate) fn matches_unit(&self, unit: &str) -> bool {
        let is_base_of = |word: &String| *normalize(word).0 == *unit;
        self.matches(unit)
            || match self {
                Self::Literal(literal) => is_base_of(literal),
                Self::Regex(_) => false,
                Self::OneOf(words) => words.iter().any(is_base_of),
            }
    }
}

/// Which measurements of a result a filter keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    /// All or none of them.
    Whole(bool),
    /// Those that are true.
    Each(Vec<bool>),
}

impl Match {
    pub(crate) fn keeps(&self, measurement: usize) -> bool {
        match self {
            Self::Whole(keep) => *keep,
            Self::Each(keep) => keep.get(measurement).copied().unwrap_or(false),
        }
    }

    fn not(self) -> Self {
        match self {
            Self::Whole(keep) => Self::Whole(!keep),
            Self::Each(keep) => Self::Each(keep.into_iter().map(|keep| !keep).collect()),
        }
    }

    fn combine(self, other: Self, op: fn(bool, bool) -> bool) -> Self {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Self::Whole(op(a, b)),
            (Self::Whole(a), Self::Each(b)) | (Self::Each(b), Self::Whole(a)) => {
                Self::Each(b.into_iter().map(|b| op(a, b)).collect())
            }
            (Self::Each(a), Self::Each(b)) => {
                Self::Each(a.into_iter().zip(b).map(|(a, b)| op(a, b)).collect())
            }
        }
    }
}

impl Filter {
    /// Parses a filter expression.
    pub(crate) fn parse(expression: &str) -> Result<Self, ExpressionError> {
        let mut lexer = Lexer::new(expression);
        let filter = any(&mut lexer, 0)?;
        let offset = lexer.offset();
        match lexer.key()? {
            Token::End => Ok(filter),
            _ => Err(lexer.unexpected(offset)),
        }
    }

    /// The keys that it looks at.
    pub(crate) fn keys(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        match self {
            Self::All(terms) | Self::Any(terms) => Box::new(terms.iter().flat_map(Self::keys)),
            Self::Not(term) => term.keys(),
            Self::Key { key, .. } => Box::new(std::iter::once(key.as_str())),
        }
    }

    /// Whether it matches whatever it is asked.
    pub(crate) fn is_everything(&self) -> bool {
        matches!(self, Self::All(terms) if terms.iter().all(Self::is_everything))
    }

    /// Which measurements of a result match, given what the leaves match.
    pub(crate) fn matches(&self, leaf: &mut impl FnMut(&str, &Pattern) -> Match) -> Match {
        match self {
            Self::All(terms) => terms
                .iter()
                .fold(Match::Whole(true), |all, term| match all {
                    Match::Whole(false) => all,
                    _ => all.combine(term.matches(leaf), |a, b| a && b),
                }),
            Self::Any(terms) => terms
                .iter()
                .fold(Match::Whole(false), |any, term| match any {
                    Match::Whole(true) => any,
                    _ => any.combine(term.matches(leaf), |a, b| a || b),
                }),
            Self::Not(term) => term.matches(leaf).not(),
            Self::Key { key, pattern } => leaf(key, pattern),
        }
    }
}

/// `all {"OR" all}`
fn any(lexer: &mut Lexer<'_>, depth: usize) -> Result<Filter, ExpressionError> {
    let mut terms = vec![all(lexer, depth)?];
    while matches!(lexer.peek()?, Token::Or) {
        lexer.key()?;
        terms.push(all(lexer, depth)?);
    }
    Ok(one_or(terms, Filter::Any))
}

/// `term {["AND"] term}`
fn all(lexer: &mut Lexer<'_>, depth: usize) -> Result<Filter, ExpressionError> {
    let mut terms = vec![term(lexer, depth)?];
    loop {
        let offset = lexer.offset();
        match lexer.peek()? {
            Token::And => {
                lexer.key()?;
            }
            Token::Word(_) | Token::Sign('(' | '-' | '*') => terms.push(term(lexer, depth)?),
            Token::Or | Token::End | Token::Sign(')') => return Ok(one_or(terms, Filter::All)),
            Token::Sign(_) | Token::Regex(_) => return Err(lexer.unexpected(offset)),
        }
    }
}

/// `"(" any ")" | "-" term | "*" | key ":" value | key ":" "(" value {"OR" value} ")"`
fn term(lexer: &mut Lexer<'_>, depth: usize) -> Result<Filter, ExpressionError> {
    let start = lexer.offset();
    if depth == MAX_DEPTH {
        return Err(lexer.error_at(start, "nested too deeply"));
    }
    match lexer.key()? {
        Token::Sign('(') => {
            let filter = any(lexer, depth + 1)?;
            let offset = lexer.offset();
            if !lexer.key()?.is(')') {
                return Err(lexer.error_at(offset, "missing \")\""));
            }
            Ok(filter)
        }
        Token::Sign('-') => Ok(Filter::Not(Box::new(term(lexer, depth + 1)?))),
        Token::Sign('*') => Ok(Filter::All(Vec::new())),
        Token::Word(key) => {
            if !lexer.key()?.is(':') {
                return Err(lexer.error_at(start, "expected key:value"));
            }
            let patterns = values(lexer, start)?;
            check_key(lexer, start, &key)?;
            let matches = patterns.into_iter().map(|pattern| Filter::Key {
                key: key.clone(),
                pattern,
            });
            Ok(one_or(matches.collect(), Filter::Any))
        }
        _ => Err(lexer.error_at(start, "expected key:value or subexpression")),
    }
}

/// The value or values after a colon.
fn values(lexer: &mut Lexer<'_>, start: usize) -> Result<Vec<Pattern>, ExpressionError> {
    match lexer.value()? {
        Token::Word(word) => return Ok(vec![Pattern::Literal(word)]),
        Token::Regex(regex) => return Ok(vec![Pattern::Regex(regex)]),
        Token::Sign('(') => {}
        _ => return Err(lexer.error_at(start, "expected key:value")),
    }
    let mut patterns = Vec::new();
    loop {
        let offset = lexer.offset();
        patterns.push(match lexer.value()? {
            Token::Word(word) => Pattern::Literal(word),
            Token::Regex(regex) => Pattern::Regex(regex),
            _ => return Err(lexer.error_at(offset, "expected value")),
        });
        let offset = lexer.offset();
        match lexer.value()? {
            Token::Sign(')') => return Ok(patterns),
            Token::Or => {}
            _ => return Err(lexer.error_at(offset, "value list must be separated by OR")),
        }
    }
}

fn check_key(lexer: &Lexer<'_>, offset: usize, key: &str) -> Result<(), ExpressionError> {
    match key {
        "" => Err(lexer.error_at(offset, "key must not be empty")),
        ".config" => Err(lexer.error_at(offset, ".config is only allowed in projections")),
        _ => Ok(()),
    }
}

fn one_or(mut terms: Vec<Filter>, many: fn(Vec<Filter>) -> Filter) -> Filter {
    if terms.len() == 1
        && let Some(only) = terms.pop()
    {
        return only;
    }
    many(terms)
}
