//! Regular expressions in the syntax of RE2, which Go's are in.
//!
//! They are translated for `regex-lite`, whose syntax is close to it: sets of characters are
//! listed, and flags are resolved, so that nothing is left in which the two could differ. What is
//! wrong with an expression is said in the words of Go's `regexp/syntax`, which users know.

mod characters;
mod set;

use hashbrown::HashMap;
use regex_lite::{Regex, RegexBuilder};

use set::{Folds, Set};

/// How deep groups may be nested.
const MAX_DEPTH: usize = 200;
/// How long a translation may get, in bytes: that of many sets of thousands of characters.
const MAX_TRANSLATION: usize = 1 << 20;
/// The most repetitions, also of nested ones together.
const MAX_REPEAT: u64 = 1000;

/// Compiles a regular expression.
///
/// # Errors
///
/// What is wrong, as part of a sentence.
pub(super) fn compile(expression: &str) -> Result<Regex, String> {
    let mut parser = Parser {
        whole: expression,
        rest: expression,
        flags: Flags::default(),
        output: String::new(),
        groups: Vec::new(),
        items: Items::default(),
        folds: None,
        categories: HashMap::new(),
    };
    parser
        .parse()
        .and_then(|()| {
            RegexBuilder::new(&parser.output)
                .nest_limit(u32::MAX)
                .build()
                .map_err(|_| Problem::new("expression too large", expression))
        })
        .map_err(|problem| {
            format!(
                "error parsing regexp: {}: `{}`",
                problem.what, problem.place
            )
        })
}

/// What is wrong, and the part of the expression that it is about.
struct Problem {
    what: &'static str,
    place: String,
}

impl Problem {
    fn new(what: &'static str, place: &str) -> Self {
        Self {
            what,
            place: place.to_owned(),
        }
    }
}

#[derive(Clone, Copy, Default)]
struct Flags {
    ignore_case: bool,
    multi_line: bool,
    dot_is_any: bool,
}

/// What has been read of a group, or of the whole expression.
#[derive(Clone, Copy, Default)]
struct Items {
    /// Where the last item starts in the output, and how often it repeats its parts at most.
    last: Option<(usize, u64)>,
    /// How often the items repeat their parts at most.
    repeats: u64,
}

struct Parser<'e> {
    whole: &'e str,
    rest: &'e str,
    flags: Flags,
    output: String,
    /// For each open group: where it starts in the output, the flags around it, and what is
    /// before it.
    groups: Vec<(usize, Flags, Items)>,
    items: Items,
    folds: Option<Folds>,
    /// The categories of Unicode's that were asked for: to look through all characters takes long.
    categories: HashMap<&'e str, Set>,
}

impl<'e> Parser<'e> {
    fn parse(&mut self) -> Result<(), Problem> {
        // The repetition that was read just before, from its start to the end of all.
        let mut last_repetition = None;
        while let Some(c) = self.rest.chars().next() {
            if self.output.len() > MAX_TRANSLATION {
                return Err(Problem::new("expression too large", self.whole));
            }
            let before = self.rest;
            match c {
                '(' => self.open()?,
                ')' => self.close()?,
                '|' => {
                    self.skip(1);
                    self.output.push('|');
                    self.items.last = None;
                }
                '^' | '$' | '.' => {
                    self.skip(1);
                    self.item(self.flags.sign(c));
                }
                '[' => {
                    let set = self.bracket()?;
                    self.set(&set);
                }
                '*' | '+' | '?' => {
                    self.skip(1);
                    self.repeat(&before[..1], None, before, last_repetition)?;
                    last_repetition = Some(before);
                    continue;
                }
                '{' => {
                    if let Some((least, most, after)) = counts(before) {
                        self.rest = after;
                        let written = self.since(before);
                        let limit = most.unwrap_or(MAX_REPEAT).min(MAX_REPEAT);
                        if least > limit || most.is_some_and(|most| most > limit) {
                            return Err(Problem::new("invalid repeat count", written));
                        }
                        self.repeat(written, Some((least, most)), before, last_repetition)?;
                        last_repetition = Some(before);
                        continue;
                    }
                    self.skip(1);
                    self.literal('{');
                }
                '\\' => self.escape()?,
                c => {
                    self.skip(c.len_utf8());
                    self.literal(c);
                }
            }
            last_repetition = None;
        }
        if self.groups.is_empty() {
            Ok(())
        } else {
            Err(Problem::new("missing closing )", self.whole))
        }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
    }

    fn take(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.skip(c.len_utf8());
        Some(c)
    }

    /// What lies between an earlier rest and this one.
    fn since(&self, earlier: &'e str) -> &'e str {
        &earlier[..earlier.len() - self.rest.len()]
    }

    /// Adds an item, which is not repeated so far.
    fn item(&mut self, translated: &str) {
        self.items.last = Some((self.output.len(), 1));
        self.items.repeats = self.items.repeats.max(1);
        self.output.push_str(translated);
    }

    fn literal(&mut self, c: char) {
        let set = self.range(c.into(), c.into());
        self.set(&set);
    }

    fn set(&mut self, set: &Set) {
        let mut text = String::new();
        set.push(&mut text);
        self.item(&text);
    }

    /// A range of characters, with those that differ in case only if that is ignored.
    fn range(&mut self, first: u32, last: u32) -> Set {
        self.folded(Set::of_codes(first, last))
    }

    /// The set, with the characters that differ in case only if that is ignored.
    fn folded(&mut self, set: Set) -> Set {
        if self.flags.ignore_case {
            self.folds.get_or_insert_with(Folds::new).closure(&set)
        } else {
            set
        }
    }

    fn open(&mut self) -> Result<(), Problem> {
        if self.groups.len() == MAX_DEPTH {
            return Err(Problem::new("expression nests too deeply", self.whole));
        }
        let flags = self.flags;
        if !self.rest.starts_with("(?") {
            self.skip(1);
        } else if !self.perl_group()? {
            return Ok(());
        }
        self.groups.push((self.output.len(), flags, self.items));
        self.items = Items::default();
        self.output.push_str("(?:");
        Ok(())
    }

    fn close(&mut self) -> Result<(), Problem> {
        self.skip(1);
        let Some((start, flags, mut items)) = self.groups.pop() else {
            return Err(Problem::new("unexpected )", self.whole));
        };
        let repeats = self.items.repeats.max(1);
        items.last = Some((start, repeats));
        items.repeats = items.repeats.max(repeats);
        self.flags = flags;
        self.items = items;
        self.output.push(')');
        Ok(())
    }

    /// Reads what starts with `(?`: a name or flags. Whether a group is open then.
    fn perl_group(&mut self) -> Result<bool, Problem> {
        const PERL: &str = "invalid or unsupported Perl syntax";
        const NAME: &str = "invalid named capture";
        let start = self.rest;
        let named = ["(?P<", "(?<"]
            .into_iter()
            .find_map(|prefix| Some((prefix, start.strip_prefix(prefix)?)))
            .filter(|(_, rest)| !rest.is_empty());
        if let Some((prefix, rest)) = named {
            let Some(length) = rest.find('>') else {
                return Err(Problem::new(NAME, start));
            };
            let is_word = |c: char| c == '_' || c.is_ascii_alphanumeric();
            self.rest = &rest[length + 1..];
            if length == 0 || !rest[..length].chars().all(is_word) {
                return Err(Problem::new(NAME, &start[..=prefix.len() + length]));
            }
            return Ok(true);
        }
        self.skip("(?".len());
        let mut flags = self.flags;
        // Whether flags are set, and whether a minus waits for a flag.
        let (mut on, mut waiting) = (true, false);
        while let Some(c) = self.take() {
            match c {
                'i' => flags.ignore_case = on,
                'm' => flags.multi_line = on,
                's' => flags.dot_is_any = on,
                // Which of several matches is found makes no difference here.
                'U' => {}
                '-' if on => (on, waiting) = (false, true),
                ':' | ')' if !waiting => {
                    self.flags = flags;
                    return Ok(c == ':');
                }
                _ => break,
            }
            waiting &= c == '-';
        }
        Err(Problem::new(PERL, self.since(start)))
    }

    /// Repeats the last item. `written` is the operator, which starts at `before`; `previous` is
    /// where the operator right before it starts.
    fn repeat(
        &mut self,
        written: &str,
        bounds: Option<(u64, Option<u64>)>,
        before: &'e str,
        previous: Option<&'e str>,
    ) -> Result<(), Problem> {
        if self.rest.starts_with('?') {
            self.skip(1);
        }
        if let Some(previous) = previous {
            let place = self.since(previous);
            return Err(Problem::new("invalid nested repetition operator", place));
        }
        let Some((start, mut repeats)) = self.items.last else {
            let place = self.since(before);
            return Err(Problem::new(
                "missing argument to repetition operator",
                place,
            ));
        };
        if let Some((least, most)) = bounds {
            repeats *= match most {
                Some(most) => most,
                None => least.max(1),
            };
            let counted = least.max(most.unwrap_or(0)) >= 2;
            if counted && repeats > MAX_REPEAT {
                return Err(Problem::new("invalid repeat count", self.since(before)));
            }
        }
        self.items.last = Some((start, repeats));
        self.items.repeats = self.items.repeats.max(repeats);
        self.output.insert_str(start, "(?:");
        self.output.push(')');
        self.output.push_str(written);
        Ok(())
    }

    /// Reads what starts with a backslash outside of brackets.
    fn escape(&mut self) -> Result<(), Problem> {
        let kind = self.rest[1..].chars().next();
        match kind {
            Some('A') => self.assertion("\\A"),
            Some('b') => self.assertion("\\b"),
            Some('B') => self.assertion("\\B"),
            Some('z') => self.assertion("\\z"),
            Some('C') => return Err(Problem::new("invalid escape sequence", "\\C")),
            Some('Q') => {
                let quoted = &self.rest[2..];
                let (literals, after) = quoted.split_once("\\E").unwrap_or((quoted, ""));
                for c in literals.chars() {
                    self.literal(c);
                }
                self.rest = after;
            }
            _ => {
                if let Some(set) = self.escaped_set()? {
                    self.set(&set);
                } else {
                    let code = self.escaped_character()?;
                    let set = self.range(code, code);
                    self.set(&set);
                }
            }
        }
        Ok(())
    }

    fn assertion(&mut self, translated: &str) {
        self.skip(2);
        self.item(translated);
    }
}

impl Flags {
    /// The translation of `^`, `$` or `.`.
    fn sign(self, sign: char) -> &'static str {
        match (sign, self.multi_line, self.dot_is_any) {
            ('^', false, _) => "\\A",
            ('^', true, _) => "(?m:^)",
            ('$', false, _) => "\\z",
            ('$', true, _) => "(?m:$)",
            (_, _, false) => "[^\\n]",
            (_, _, true) => "(?s:.)",
        }
    }
}

/// The least and most of a counted repetition, and what follows it; nothing if the brace stands
/// for itself. A number that is too large to count with is more than any limit.
fn counts(text: &str) -> Option<(u64, Option<u64>, &str)> {
    let (least, rest) = count(text.strip_prefix('{')?)?;
    let (most, rest) = match rest.strip_prefix(',') {
        None => (Some(least), rest),
        Some(rest) if rest.starts_with('}') => (None, rest),
        Some(rest) => {
            let (most, rest) = count(rest)?;
            (Some(most), rest)
        }
    };
    Some((least, most, rest.strip_prefix('}')?))
}

/// An integer without superfluous zeros.
fn count(text: &str) -> Option<(u64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let digits = &text[..end];
    if digits.is_empty() || (digits.len() > 1 && digits.starts_with('0')) {
        return None;
    }
    Some((digits.parse().unwrap_or(u64::MAX), &text[end..]))
}
