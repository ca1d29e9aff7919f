//! Sets of characters.

use std::fmt::Write as _;

use hashbrown::HashMap;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

/// A set of characters, as ranges of their codes in ascending order.
#[derive(Clone, Debug, Default)]
pub(super) struct Set(Vec<(u32, u32)>);

const LAST: u32 = char::MAX as u32;
/// The codes that are no characters.
const SURROGATES: (u32, u32) = (0xd800, 0xdfff);

impl Set {
    /// The characters from one code to another.
    pub(super) fn of_codes(first: u32, last: u32) -> Self {
        Self(vec![(first, last)])
    }

    pub(super) fn of_all(ranges: &[(char, char)]) -> Self {
        let codes = ranges
            .iter()
            .map(|&(first, last)| (first.into(), last.into()));
        Self(codes.collect())
    }

    /// A set of POSIX's, by the name that it has in brackets.
    pub(super) fn named(name: &str) -> Option<Self> {
        let ranges: &[(char, char)] = match name {
            "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
            "alpha" => &[('A', 'Z'), ('a', 'z')],
            "ascii" => &[('\0', '\x7f')],
            "blank" => &[('\t', '\t'), (' ', ' ')],
            "cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
            "digit" => &[('0', '9')],
            "graph" => &[('!', '~')],
            "lower" => &[('a', 'z')],
            "print" => &[(' ', '~')],
            "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
            "space" => &[('\t', '\r'), (' ', ' ')],
            "upper" => &[('A', 'Z')],
            "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
            "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
            _ => return None,
        };
        Some(Self::of_all(ranges))
    }

    /// A general category of Unicode's, such as `L` or `Lu`; `Any` is every character.
    pub(super) fn category(name: &str) -> Option<Self> {
        use GeneralCategory as C;
        use GeneralCategoryGroup as G;
        if name == "Any" {
            return Some(Self::of_codes(0, LAST));
        }
        let group = match name {
            "L" => Some(G::Letter),
            "M" => Some(G::Mark),
            "N" => Some(G::Number),
            "P" => Some(G::Punctuation),
            "S" => Some(G::Symbol),
            "Z" => Some(G::Separator),
            "C" => Some(G::Other),
            _ => None,
        };
        if let Some(group) = group {
            return Some(Self::matching(|c| c.general_category_group() == group));
        }
        let category = match name {
            "Lu" => C::UppercaseLetter,
            "Ll" => C::LowercaseLetter,
            "Lt" => C::TitlecaseLetter,
            "Lm" => C::ModifierLetter,
            "Lo" => C::OtherLetter,
            "Mn" => C::NonspacingMark,
            "Mc" => C::SpacingMark,
            "Me" => C::EnclosingMark,
            "Nd" => C::DecimalNumber,
            "Nl" => C::LetterNumber,
            "No" => C::OtherNumber,
            "Pc" => C::ConnectorPunctuation,
            "Pd" => C::DashPunctuation,
            "Ps" => C::OpenPunctuation,
            "Pe" => C::ClosePunctuation,
            "Pi" => C::InitialPunctuation,
            "Pf" => C::FinalPunctuation,
            "Po" => C::OtherPunctuation,
            "Sm" => C::MathSymbol,
            "Sc" => C::CurrencySymbol,
            "Sk" => C::ModifierSymbol,
            "So" => C::OtherSymbol,
            "Zs" => C::SpaceSeparator,
            "Zl" => C::LineSeparator,
            "Zp" => C::ParagraphSeparator,
            "Cc" => C::Control,
            "Cf" => C::Format,
            "Co" => C::PrivateUse,
            "Cn" => C::Unassigned,
            _ => return None,
        };
        Some(Self::matching(|c| c.general_category() == category))
    }

    fn matching(is_in: impl Fn(char) -> bool) -> Self {
        let mut set = Self::default();
        for c in ('\0'..=char::MAX).filter(|&c| is_in(c)) {
            set.extend(c.into(), c.into());
        }
        set
    }

    /// Adds a range that does not start before the last one.
    fn extend(&mut self, first: u32, last: u32) {
        match self.0.last_mut() {
            Some((_, end)) if first <= end.saturating_add(1) => *end = last.max(*end),
            _ => self.0.push((first, last)),
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        let mut ranges = std::mem::take(&mut self.0);
        ranges.extend_from_slice(&other.0);
        ranges.sort_unstable();
        for (first, last) in ranges {
            self.extend(first, last);
        }
    }

    pub(super) fn negated(&self) -> Self {
        let mut negated = Vec::new();
        let mut next = 0;
        for &(first, last) in &self.0 {
            if first > next {
                negated.push((next, first - 1));
            }
            next = last + 1;
        }
        if next <= LAST {
            negated.push((next, LAST));
        }
        Self(negated)
    }

    /// Appends the set in the syntax of regular expressions.
    pub(super) fn push(&self, text: &mut String) {
        /// No place is a word's boundary and none.
        const NOTHING: &str = "\\b\\B";
        let start = text.len();
        text.push('[');
        let mut empty = true;
        for &(first, last) in &self.0 {
            let below = (first, last.min(SURROGATES.0 - 1));
            let above = (first.max(SURROGATES.1 + 1), last);
            for (first, last) in [below, above] {
                if first <= last {
                    empty = false;
                    // A string takes whatever is written.
                    let _ = write!(text, "\\x{{{first:x}}}-\\x{{{last:x}}}");
                }
            }
        }
        if empty {
            text.truncate(start);
            return text.push_str(NOTHING);
        }
        text.push(']');
    }
}

/// Which characters differ in case only.
#[derive(Debug)]
pub(super) struct Folds {
    /// By the character that stands for them.
    same: HashMap<char, Vec<char>>,
}

impl Folds {
    pub(super) fn new() -> Self {
        /// The last character that has a case.
        const LAST: char = '\u{1e943}';
        let mut same: HashMap<char, Vec<char>> = HashMap::new();
        for c in '\0'..=LAST {
            same.entry(representative(c)).or_default().push(c);
        }
        same.retain(|_, characters| characters.len() > 1);
        Self { same }
    }

    /// The set with all characters that differ from one in it in case only.
    pub(super) fn closure(&self, set: &Set) -> Set {
        let is_in = |&c: &char| {
            let code = u32::from(c);
            let mut ranges = set.0.iter();
            ranges.any(|&(first, last)| (first..=last).contains(&code))
        };
        let same = self.same.values().filter(|same| same.iter().any(is_in));
        let added = same.flatten().map(|&c| (c.into(), c.into())).collect();
        let mut closure = set.clone();
        closure.add(&Set(added));
        closure
    }
}

/// The lower case of the upper case, where each is a single character.
fn representative(c: char) -> char {
    /// It has no other case of its own, although its capital is an I.
    const DOTLESS_I: char = 'ı';
    fn only(mut characters: impl Iterator<Item = char>) -> Option<char> {
        characters.next().filter(|_| characters.next().is_none())
    }
    if c == DOTLESS_I {
        return c;
    }
    let upper = only(c.to_uppercase()).unwrap_or(c);
    only(upper.to_lowercase()).unwrap_or(upper)
}
