//! The functions and types of a source file: which lines each has.

use std::iter::Peekable;
use std::str::CharIndices;

/// A function, or a type with what is derived from it, and its lines, attributes included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Its name, behind that of the type or trait whose `impl` it stands in.
    pub(crate) name: String,
    pub(crate) is_type: bool,
    pub(crate) first: u32,
    pub(crate) last: u32,
}

impl Item {
    pub(crate) fn has(&self, line: u32) -> bool {
        (self.first..=self.last).contains(&line)
    }
}

/// The innermost item around a line.
pub(crate) fn around(items: &[Item], line: u32) -> Option<&Item> {
    let around = items.iter().filter(|item| item.has(line));
    around.min_by_key(|item| item.last - item.first)
}

/// The items of a file, found by its words and braces: a file that does not compile gives some, and no error.
pub(crate) fn items(source: &str) -> Vec<Item> {
    let mut scanner = Scanner::default();
    let mut tokens = Tokens {
        letters: source.char_indices().peekable(),
        source,
        line: 1,
    };
    while let Some((token, line)) = tokens.next_token() {
        scanner.token(token, line);
    }
    scanner.items
}

/// What an opened brace, bracket or parenthesis belongs to.
enum Open {
    Item(usize),
    /// The `impl` or `trait` of this name.
    Of(String),
    Other,
}

/// An item whose body has not begun.
struct Begun {
    kind: Kind,
    name: String,
    first: u32,
    depth: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Function,
    Type,
    /// An `impl`; its words are read until its body begins.
    Impl,
    Trait,
}

#[derive(Default)]
struct Scanner {
    items: Vec<Item>,
    open: Vec<Open>,
    begun: Option<Begun>,
    /// The line of the first word since the last item or statement ended.
    first: Option<u32>,
    /// The word before, where it says what the next one names.
    before: Option<Kind>,
    /// How many `<` are open in the head of an `impl`.
    angles: usize,
    last: char,
}

impl Scanner {
    fn token(&mut self, token: &str, line: u32) {
        let first = *self.first.get_or_insert(line);
        match token {
            "{" | "(" | "[" => self.open(token, line),
            "}" | ")" | "]" => self.close(token, line),
            ";" if self.at_head() || self.begun.is_none() => self.end(line),
            _ if token.starts_with(|letter: char| letter.is_alphabetic() || letter == '_') => {
                self.word(token, first);
            }
            "<" => self.angles += 1,
            ">" if self.last != '-' => self.angles = self.angles.saturating_sub(1),
            _ => self.before = None,
        }
        self.last = token.chars().next_back().unwrap_or(' ');
    }

    /// Whether the head of the begun item goes on here.
    fn at_head(&self) -> bool {
        self.begun
            .as_ref()
            .is_some_and(|begun| begun.depth == self.open.len())
    }

    fn word(&mut self, word: &str, first: u32) {
        if let Some(kind) = self.before.take() {
            let depth = self.open.len();
            let name = word.to_owned();
            self.begun = Some(Begun {
                kind,
                name,
                first,
                depth,
            });
            return;
        }
        if self.at_head() {
            if let Some(begun) = &mut self.begun
                && begun.kind == Kind::Impl
                && self.angles == 0
            {
                match word {
                    "for" => begun.name.clear(),
                    // What follows constrains the type and is none.
                    "where" => begun.kind = Kind::Trait,
                    "dyn" | "mut" | "const" => {}
                    _ => word.clone_into(&mut begun.name),
                }
            }
            return;
        }
        match word {
            "fn" => self.before = Some(Kind::Function),
            "struct" | "enum" | "union" => self.before = Some(Kind::Type),
            "trait" => self.before = Some(Kind::Trait),
            // Elsewhere than where an item begins it is a type's.
            "impl"
                if self.begun.is_none()
                    && !matches!(self.last, '(' | ',' | ':' | '<' | '>' | '=' | '&') =>
            {
                self.angles = 0;
                self.begun = Some(Begun {
                    kind: Kind::Impl,
                    name: String::new(),
                    first,
                    depth: self.open.len(),
                });
            }
            _ => {}
        }
    }

    fn open(&mut self, token: &str, line: u32) {
        self.before = None;
        if token != "{" || !self.at_head() {
            // What stands in a block of statements begins anew.
            if token == "{" {
                self.first = None;
            }
            self.open.push(Open::Other);
            return;
        }
        let Some(begun) = self.begun.take() else {
            return;
        };
        self.first = None;
        let open = match begun.kind {
            Kind::Impl | Kind::Trait => Open::Of(begun.name),
            Kind::Function | Kind::Type => {
                self.push(&begun, line);
                Open::Item(self.items.len() - 1)
            }
        };
        self.open.push(open);
    }

    fn close(&mut self, token: &str, line: u32) {
        self.before = None;
        if let Some(Open::Item(item)) = self.open.pop() {
            self.items[item].last = line;
        }
        if token == "}" {
            self.first = None;
        }
    }

    /// The end of a statement, or of an item without a body.
    fn end(&mut self, line: u32) {
        if self.at_head()
            && let Some(begun) = self.begun.take()
            && begun.kind == Kind::Type
        {
            self.push(&begun, line);
        }
        self.first = None;
        self.before = None;
    }

    fn push(&mut self, begun: &Begun, last: u32) {
        let of = self.open.iter().rev().find_map(|open| match open {
            Open::Of(name) => Some(name),
            _ => None,
        });
        let name = match of {
            Some(of) if begun.kind == Kind::Function && !of.is_empty() => {
                format!("{of}::{}", begun.name)
            }
            _ => begun.name.clone(),
        };
        self.items.push(Item {
            name,
            is_type: begun.kind == Kind::Type,
            first: begun.first,
            last,
        });
    }
}

/// Words and signs, without comments, strings and characters.
struct Tokens<'s> {
    letters: Peekable<CharIndices<'s>>,
    source: &'s str,
    line: u32,
}

impl<'s> Tokens<'s> {
    fn bump(&mut self) -> Option<(usize, char)> {
        let next = self.letters.next();
        if let Some((_, '\n')) = next {
            self.line += 1;
        }
        next
    }

    fn peek(&mut self) -> Option<char> {
        self.letters.peek().map(|(_, letter)| *letter)
    }

    fn next_token(&mut self) -> Option<(&'s str, u32)> {
        loop {
            let line = self.line;
            let (start, letter) = self.bump()?;
            let rest = &self.source[start..];
            match letter {
                _ if letter.is_whitespace() => {}
                '/' if rest.starts_with("//") => {
                    while self.peek().is_some_and(|letter| letter != '\n') {
                        self.bump();
                    }
                }
                '/' if rest.starts_with("/*") => self.comment(),
                '"' => self.string(),
                '\'' => self.quote(),
                _ if letter.is_alphanumeric() || letter == '_' => {
                    let mut end = start + letter.len_utf8();
                    while let Some(next) = self
                        .peek()
                        .filter(|next| next.is_alphanumeric() || *next == '_')
                    {
                        end += next.len_utf8();
                        self.bump();
                    }
                    let word = &self.source[start..end];
                    let raw = matches!(word, "r" | "br" | "cr");
                    if raw && matches!(self.peek(), Some('#' | '"')) {
                        self.raw();
                        continue;
                    }
                    return Some((word, line));
                }
                _ => return Some((&rest[..letter.len_utf8()], line)),
            }
        }
    }

    fn comment(&mut self) {
        let (mut depth, mut last) = (0_usize, ' ');
        self.bump();
        depth += 1;
        while let Some((_, letter)) = self.bump() {
            match (last, letter) {
                ('/', '*') => (depth, last) = (depth + 1, ' '),
                ('*', '/') if depth == 1 => return,
                ('*', '/') => (depth, last) = (depth - 1, ' '),
                _ => last = letter,
            }
        }
    }

    fn string(&mut self) {
        while let Some((_, letter)) = self.bump() {
            match letter {
                '\\' => drop(self.bump()),
                '"' => return,
                _ => {}
            }
        }
    }

    fn raw(&mut self) {
        let mut hashes = 0;
        while self.peek() == Some('#') {
            hashes += 1;
            self.bump();
        }
        // `r#name` is a word.
        if self.peek() != Some('"') {
            return;
        }
        self.bump();
        let end = format!("\"{}", "#".repeat(hashes));
        while let Some((at, _)) = self.bump() {
            if self.source[at..].starts_with(&end) {
                for _ in 0..hashes {
                    self.bump();
                }
                return;
            }
        }
    }

    /// A character, or a lifetime.
    fn quote(&mut self) {
        let Some((at, letter)) = self.bump() else {
            return;
        };
        if letter == '\\' {
            self.bump();
            while self.bump().is_some_and(|(_, letter)| letter != '\'') {}
        } else if self.source[at + letter.len_utf8()..].starts_with('\'') {
            self.bump();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{around, items};

    const SOURCE: &str = r##"//! fn comment() {}
struct Pair(u8, u8);

#[derive(Clone)]
pub struct Order<T = String> {
    id: T,
}

impl<T: Into<String>, F: Fn(T) -> u8> fmt::Debug for Order<T, F>
where
    T: Copy,
{
    #[inline]
    fn text<'a>(&'a self, at: [u8; 3]) -> impl Iterator<Item = &'a str> {
        fn inner() { "}"; '}'; r#"}"#; }
        let words = items.map(|word| { word });
        words
    }
}

trait Sink {
    fn none(&self) -> fn() -> u8;
    fn some(&self) {
        const { 1 }
    }
}

const fn last() {}
"##;

    #[test]
    fn finds_functions_and_types_with_their_lines() {
        let items = items(SOURCE);
        let found: Vec<_> = items
            .iter()
            .map(|item| (&*item.name, item.first, item.last))
            .collect();
        let expected = [
            ("Pair", 2, 2),
            ("Order", 4, 7),
            ("Order::text", 13, 18),
            ("Order::inner", 15, 15),
            ("Sink::some", 23, 25),
            ("last", 28, 28),
        ];
        assert_eq!(found, expected);
        assert_eq!(around(&items, 15).unwrap().name, "Order::inner");
        assert_eq!(around(&items, 16).unwrap().name, "Order::text");
        assert_eq!(around(&items, 9), None);
    }
}
