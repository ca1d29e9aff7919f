//! Units: what they are made of, and the base units that values are compared in.

use std::borrow::Cow;

use hashbrown::HashMap;

/// How values of a unit are scaled for people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// By powers of 1000: k, M, G.
    Decimal,
    /// By powers of 1024, for counts of bytes: Ki, Mi, Gi.
    Binary,
}

/// The class of a unit: binary if its numerator counts bytes (`B`, `MB`, `bytes`).
///
/// ```
/// use benchfmt::{Class, class};
///
/// assert_eq!(class("B/op"), Class::Binary);
/// assert_eq!(class("sec/B"), Class::Decimal);
/// ```
pub fn class(unit: &str) -> Class {
    let bytes = tokens(unit).any(|token| {
        !token.denominator && matches!(&unit[token.start..token.end], "B" | "MB" | "bytes")
    });
    if bytes { Class::Binary } else { Class::Decimal }
}

/// A unit in base units, and the factor that brings a value there: `ns` becomes `sec` and `MB`
/// becomes `B`, wherever they stand in the numerator.
///
/// ```
/// use benchfmt::normalize;
///
/// assert_eq!(normalize("p99-ns/op"), ("p99-sec/op".into(), 1e-9));
/// assert_eq!(normalize("MB/s"), ("B/s".into(), 1e6));
/// assert_eq!(normalize("ns/MB"), ("sec/MB".into(), 1e-9));
/// assert_eq!(normalize("items/ns"), ("items/ns".into(), 1.0));
/// ```
pub fn normalize(unit: &str) -> (Cow<'_, str>, f64) {
    if !(unit.contains("ns") || unit.contains("MB")) {
        return (Cow::Borrowed(unit), 1.0);
    }
    let mut normalized = String::new();
    let mut copied = 0;
    let mut factor = 1.0;
    for token in tokens(unit).filter(|token| !token.denominator) {
        let base = match &unit[token.start..token.end] {
            "ns" => {
                factor /= 1e9;
                "sec"
            }
            "MB" => {
                factor *= 1e6;
                "B"
            }
            _ => continue,
        };
        normalized.push_str(&unit[copied..token.start]);
        normalized.push_str(base);
        copied = token.end;
    }
    if copied == 0 {
        return (Cow::Borrowed(unit), factor);
    }
    normalized.push_str(&unit[copied..]);
    (Cow::Owned(normalized), factor)
}

/// A word of a unit, between the separators `/`, `*`, `-` and white space.
struct Token {
    start: usize,
    end: usize,
    /// Whether the last of the separators `/` and `*` before it was a `/`.
    denominator: bool,
}

fn tokens(unit: &str) -> impl Iterator<Item = Token> {
    let is_separator = |c: char| matches!(c, '*' | '/' | '-') || c.is_whitespace();
    let mut at = 0;
    let mut denominator = false;
    std::iter::from_fn(move || {
        let rest = &unit[at..];
        let start = at + rest.find(|c| !is_separator(c))?;
        for separator in unit[at..start].chars() {
            match separator {
                '*' => denominator = false,
                '/' => denominator = true,
                _ => {}
            }
        }
        let end = unit[start..]
            .find(is_separator)
            .map_or(unit.len(), |length| start + length);
        at = end;
        Some(Token {
            start,
            end,
            denominator,
        })
    })
}

/// A unit that a [`Units`] knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnitId(u32);

impl UnitId {
    /// Its place in the order in which the units were first seen.
    #[inline]
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// The units of a file as it spells them, each with its base unit.
#[derive(Clone, Debug, Default)]
pub struct Units {
    entries: Vec<Entry>,
    ids: HashMap<Box<str>, UnitId>,
}

#[derive(Clone, Debug)]
struct Entry {
    written: Box<str>,
    normalized: Box<str>,
    factor: f64,
    start: Start,
}

/// A short unit as a number, the first byte in the lowest place: compared at once, where comparing
/// byte by byte would call a function for a few bytes.
#[derive(Clone, Copy, Debug)]
struct Start {
    bytes: u128,
    mask: u128,
}

impl Start {
    const LONGEST: usize = size_of::<u128>();

    /// The first bytes of a unit, all if there are no more than fit.
    fn new(unit: &str) -> Self {
        let mut bytes = [0; Self::LONGEST];
        let mut mask = [0; Self::LONGEST];
        for ((to, mask), &from) in bytes.iter_mut().zip(&mut mask).zip(unit.as_bytes()) {
            (*to, *mask) = (from, u8::MAX);
        }
        Self {
            bytes: u128::from_le_bytes(bytes),
            mask: u128::from_le_bytes(mask),
        }
    }
}

impl Units {
    /// The id of a unit, which is added if it is new.
    pub fn intern(&mut self, written: &str) -> UnitId {
        if let Some(&id) = self.ids.get(written) {
            return id;
        }
        let id = UnitId(u32::try_from(self.entries.len()).unwrap_or(u32::MAX));
        let (normalized, factor) = normalize(written);
        self.entries.push(Entry {
            written: written.into(),
            normalized: normalized.into(),
            factor,
            start: Start::new(written),
        });
        self.ids.insert(written.into(), id);
        id
    }

    /// The unit as the file spells it.
    #[inline]
    pub fn written(&self, id: UnitId) -> &str {
        self.entries
            .get(id.index())
            .map_or("", |unit| &unit.written)
    }

    /// What follows a unit at the start of a text, if the text starts with it.
    #[inline]
    pub(crate) fn strip<'a>(&self, id: UnitId, text: &'a [u8]) -> Option<&'a [u8]> {
        let unit = self.entries.get(id.index())?;
        let length = unit.written.len();
        match text.first_chunk() {
            Some(first) if length <= Start::LONGEST => {
                let same = u128::from_le_bytes(*first) & unit.start.mask == unit.start.bytes;
                if same { text.get(length..) } else { None }
            }
            _ => text.strip_prefix(unit.written.as_bytes()),
        }
    }

    /// The unit in base units.
    #[inline]
    pub fn normalized(&self, id: UnitId) -> &str {
        self.entries
            .get(id.index())
            .map_or("", |unit| &unit.normalized)
    }

    /// What a value is multiplied with to bring it to the base unit.
    #[inline]
    pub fn factor(&self, id: UnitId) -> f64 {
        self.entries.get(id.index()).map_or(1.0, |unit| unit.factor)
    }

    /// How many units there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All ids, in the order in which the units were first seen.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = UnitId> + use<> {
        (0..self.entries.len()).map(|id| UnitId(id as u32))
    }
}
