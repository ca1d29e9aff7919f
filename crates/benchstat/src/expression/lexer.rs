//! The words and signs that both languages are made of.

use regex_lite::Regex;

use super::ExpressionError;
use super::regex::compile;

/// A word or sign.
#[derive(Clone, Debug)]
pub(super) enum Token {
    /// A word, bare or in double quotes.
    Word(String),
    /// A regular expression between slashes.
    Regex(Regex),
    /// The word `AND`.
    And,
    /// The word `OR`.
    Or,
    /// One of `( ) : @ ,`, or `-` or `*` where a word could start.
    Sign(char),
    /// The end of the expression.
    End,
}

impl Token {
    pub(super) fn is(&self, sign: char) -> bool {
        matches!(self, Self::Sign(own) if *own == sign)
    }
}

/// An expression and how far it has been read.
#[derive(Clone, Debug)]
pub(super) struct Lexer<'a> {
    expression: &'a str,
    at: usize,
}

impl<'a> Lexer<'a> {
    pub(super) fn new(expression: &'a str) -> Self {
        Self { expression, at: 0 }
    }

    /// Where the next token starts, in bytes.
    pub(super) fn offset(&mut self) -> usize {
        let rest = &self.expression[self.at..];
        self.at += rest.len() - rest.trim_start().len();
        self.at
    }

    /// The next token where a key or sign is expected; a slash is part of a word there.
    pub(super) fn key(&mut self) -> Result<Token, ExpressionError> {
        self.token(false)
    }

    /// The next token where a value is expected; a slash starts a regular expression there.
    pub(super) fn value(&mut self) -> Result<Token, ExpressionError> {
        self.token(true)
    }

    /// The next key or sign, which stays there.
    pub(super) fn peek(&mut self) -> Result<Token, ExpressionError> {
        let start = self.offset();
        let token = self.key()?;
        self.at = start;
        Ok(token)
    }

    pub(super) fn error_at(&self, offset: usize, message: impl Into<String>) -> ExpressionError {
        ExpressionError {
            expression: self.expression.to_owned(),
            offset,
            message: message.into(),
        }
    }

    /// The error for a token that cannot stand at `offset`.
    pub(super) fn unexpected(&self, offset: usize) -> ExpressionError {
        let sign: String = self.expression[offset..].chars().take(1).collect();
        self.error_at(offset, format!("unexpected \"{sign}\""))
    }

    fn token(&mut self, regex: bool) -> Result<Token, ExpressionError> {
        let start = self.offset();
        let rest = &self.expression[start..];
        match rest.chars().next() {
            None => Ok(Token::End),
            Some(sign) if is_sign(sign) || matches!(sign, '-' | '*') => {
                self.at += 1;
                Ok(Token::Sign(sign))
            }
            Some('/') if regex => self.regex(start),
            Some('"') => self.quoted(start),
            Some(_) => {
                let end = rest
                    .find(|c: char| c.is_whitespace() || is_sign(c))
                    .unwrap_or(rest.len());
                self.at += end;
                Ok(match &rest[..end] {
                    "AND" => Token::And,
                    "OR" => Token::Or,
                    word => Token::Word(word.to_owned()),
                })
            }
        }
    }

    fn quoted(&mut self, start: usize) -> Result<Token, ExpressionError> {
        let bytes = self.expression.as_bytes();
        // A quote ends the word unless a backslash stands right before it.
        let end = (start + 1..bytes.len()).find(|&at| bytes[at] == b'"' && bytes[at - 1] != b'\\');
        let Some(end) = end else {
            return Err(self.error_at(start, "missing end quote"));
        };
        let Some(word) = unescape(&self.expression[start + 1..end]) else {
            return Err(self.error_at(start, "bad escape sequence"));
        };
        self.at = end + 1;
        Ok(Token::Word(word))
    }

    fn regex(&mut self, start: usize) -> Result<Token, ExpressionError> {
        let body = &self.expression[start + 1..];
        let Some(length) = regex_end(body) else {
            return Err(self.error_at(start, "missing close \"/\""));
        };
        let regex = compile(&body[..length]).map_err(|error| self.error_at(start, error))?;
        let end = start + 1 + length + 1;
        let delimited = self.expression[end..]
            .chars()
            .next()
            .is_none_or(|c| c.is_whitespace() || is_sign(c) || matches!(c, '-' | '*'));
        if !delimited {
            return Err(self.error_at(
                end,
                "regexp must be followed by space or an operator (unescaped \"/\"?)",
            ));
        }
        self.at = end;
        Ok(Token::Regex(regex))
    }
}

fn is_sign(c: char) -> bool {
    matches!(c, '(' | ')' | ':' | '@' | ',')
}

/// Where the slash is that ends a regular expression: outside of brackets and parentheses.
fn regex_end(body: &str) -> Option<usize> {
    let mut brackets = 0_usize;
    let mut parentheses = 0_isize;
    let mut escaped = false;
    for (at, byte) in body.bytes().enumerate() {
        if escaped {
            escaped = false;
            continue;
        }
        match byte {
            b'/' if brackets == 0 && parentheses == 0 => return Some(at),
            b'[' => brackets += 1,
            b']' => brackets = brackets.saturating_sub(1),
            b'(' if brackets == 0 => parentheses += 1,
            b')' if brackets == 0 => parentheses -= 1,
            b'\\' => escaped = true,
            _ => {}
        }
    }
    None
}

/// What stands for a word of bytes that are not UTF-8: no value is that, or has a control
/// character.
const NO_VALUE: &str = "\0";

/// The text of a double-quoted Go string, given without its quotes; nothing if it is not one.
fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '\n' {
            return None;
        }
        if c != '\\' {
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            continue;
        }
        let kind = rest.chars().next()?;
        let (digits, radix) = match kind {
            'x' => (2, 16),
            'u' => (4, 16),
            'U' => (8, 16),
            '0'..='7' => (3, 8),
            _ => {
                rest = &rest[kind.len_utf8()..];
                bytes.push(simple_escape(kind)?);
                continue;
            }
        };
        if radix == 16 {
            rest = &rest[1..];
        }
        let number = rest.get(..digits)?;
        if !number.chars().all(|c| c.is_digit(radix)) {
            return None;
        }
        rest = &rest[digits..];
        let number = u32::from_str_radix(number, radix).ok()?;
        if matches!(kind, 'u' | 'U') {
            let c = char::from_u32(number)?;
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        } else {
            bytes.push(u8::try_from(number).ok()?);
        }
    }
    Some(String::from_utf8(bytes).unwrap_or_else(|_| NO_VALUE.to_owned()))
}

fn simple_escape(kind: char) -> Option<u8> {
    Some(match kind {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' => b'\\',
        '"' => b'"',
        _ => return None,
    })
}
