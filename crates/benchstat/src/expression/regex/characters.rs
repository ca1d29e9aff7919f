//! The parts of a regular expression that stand for characters: escapes and brackets.

use super::set::Set;
use super::{Parser, Problem};

/// What is said of a range or a name that there is not.
const RANGE: &str = "invalid character class range";

impl Parser<'_> {
    /// Reads a set such as `\d` or `\p{Lu}`, if one is next.
    pub(super) fn escaped_set(&mut self) -> Result<Option<Set>, Problem> {
        let start = self.rest;
        let Some(kind) = start
            .strip_prefix('\\')
            .and_then(|rest| rest.chars().next())
        else {
            return Ok(None);
        };
        let perl = match kind {
            'd' | 'D' => Set::named("digit"),
            's' | 'S' => Some(Set::of_all(&[('\t', '\n'), ('\x0c', '\r'), (' ', ' ')])),
            'w' | 'W' => Set::named("word"),
            'p' | 'P' => return self.unicode_set(kind == 'P').map(Some),
            _ => return Ok(None),
        };
        self.skip(2);
        let set = self.folded(perl.unwrap_or_default());
        Ok(Some(if kind.is_ascii_uppercase() {
            set.negated()
        } else {
            set
        }))
    }

    /// Reads a general category of Unicode's.
    fn unicode_set(&mut self, mut negated: bool) -> Result<Set, Problem> {
        let start = self.rest;
        let after = &start[2..];
        let (name, rest) = if let Some(braced) = after.strip_prefix('{') {
            braced
                .split_once('}')
                .ok_or_else(|| Problem::new(RANGE, start))?
        } else {
            after.split_at(after.chars().next().map_or(0, char::len_utf8))
        };
        self.rest = rest;
        let name = match name.strip_prefix('^') {
            Some(name) => {
                negated = !negated;
                name
            }
            None => name,
        };
        let set = if let Some(set) = self.categories.get(name) {
            set.clone()
        } else {
            let category = Set::category(name);
            let set = category.ok_or_else(|| Problem::new(RANGE, self.since(start)))?;
            self.categories.insert(name, set.clone());
            set
        };
        let set = self.folded(set);
        Ok(if negated { set.negated() } else { set })
    }

    /// Reads an escaped character: its code, which may be that of half a surrogate pair.
    pub(super) fn escaped_character(&mut self) -> Result<u32, Problem> {
        let start = self.rest;
        self.skip(1);
        let Some(kind) = self.rest.chars().next() else {
            return Err(Problem::new("trailing backslash at end of expression", ""));
        };
        self.skip(kind.len_utf8());
        let next_is_octal = self.rest.starts_with(|c: char| c.is_digit(8));
        match kind {
            '0' => return Ok(self.octal(0)),
            '1'..='7' if next_is_octal => return Ok(self.octal(u32::from(kind) - u32::from('0'))),
            'x' => {
                if let Some(code) = self.hexadecimal() {
                    return Ok(code);
                }
            }
            'a' => return Ok(7),
            'f' => return Ok(12),
            'n' => return Ok(10),
            'r' => return Ok(13),
            't' => return Ok(9),
            'v' => return Ok(11),
            c if c.is_ascii() && !c.is_ascii_alphanumeric() => return Ok(c.into()),
            _ => {}
        }
        Err(Problem::new("invalid escape sequence", self.since(start)))
    }

    /// Up to two more octal digits.
    fn octal(&mut self, mut code: u32) -> u32 {
        for _ in 0..2 {
            let Some(digit) = self.rest.chars().next().and_then(|c| c.to_digit(8)) else {
                break;
            };
            code = code * 8 + digit;
            self.skip(1);
        }
        code
    }

    /// Two hexadecimal digits, or any number of them in braces.
    fn hexadecimal(&mut self) -> Option<u32> {
        let first = self.take()?;
        if first != '{' {
            let second = self.take()?;
            return Some(first.to_digit(16)? * 16 + second.to_digit(16)?);
        }
        let mut code = None;
        loop {
            match self.take()? {
                '}' => return code,
                c => {
                    let next = code.unwrap_or(0) * 16 + c.to_digit(16)?;
                    code = Some(next).filter(|&code| code <= u32::from(char::MAX));
                    code?;
                }
            }
        }
    }

    /// Reads a set in brackets.
    pub(super) fn bracket(&mut self) -> Result<Set, Problem> {
        let start = self.rest;
        self.skip(1);
        let negated = self.rest.starts_with('^');
        self.skip(usize::from(negated));
        let mut set = Set::default();
        let mut first = true;
        while first || !self.rest.starts_with(']') {
            first = false;
            if let Some(named) = self.rest.strip_prefix("[:")
                && let Some((name, after)) = named.split_once(":]")
            {
                let written = &self.rest[..name.len() + "[::]".len()];
                let (name, not) = match name.strip_prefix('^') {
                    Some(name) => (name, true),
                    None => (name, false),
                };
                let Some(named) = Set::named(name) else {
                    return Err(Problem::new(RANGE, written));
                };
                let named = self.folded(named);
                set.add(&if not { named.negated() } else { named });
                self.rest = after;
                continue;
            }
            if let Some(escaped) = self.escaped_set()? {
                set.add(&escaped);
                continue;
            }
            let range = self.rest;
            let low = self.bracket_character(start)?;
            let mut high = low;
            if self.rest.starts_with('-') && self.rest.len() > 1 && !self.rest.starts_with("-]") {
                self.skip(1);
                high = self.bracket_character(start)?;
                if high < low {
                    return Err(Problem::new(RANGE, self.since(range)));
                }
            }
            set.add(&self.range(low, high));
        }
        self.skip(1);
        Ok(if negated { set.negated() } else { set })
    }

    fn bracket_character(&mut self, bracket: &str) -> Result<u32, Problem> {
        if self.rest.starts_with('\\') {
            return self.escaped_character();
        }
        match self.take() {
            Some(c) => Ok(c.into()),
            None => Err(Problem::new("missing closing ]", bracket)),
        }
    }
}
