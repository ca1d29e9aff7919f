//! OpenMetrics text, written: <https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md>.

use std::collections::HashSet;
use std::fmt::{self, Display, Write};

/// The content type of what [`Families::text`] gives.
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The units that a name may end with and that are then told apart from it.
const UNITS: [&str; 3] = ["seconds", "bytes", "ratio"];

/// What kind of numbers a family has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Goes up only. The family's name is without `_total`.
    Counter,
    /// Goes up and down.
    Gauge,
    /// How often values fell below each of some bounds.
    Histogram,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }

    /// What its samples' names, and those that readers keep for them, have behind the family's.
    fn suffixes(self) -> &'static [&'static str] {
        match self {
            Self::Counter => &["", "_total", "_created"],
            Self::Gauge => &[""],
            Self::Histogram => &["", "_bucket", "_count", "_sum", "_created"],
        }
    }
}

/// Metric families in the order in which they were named first.
///
/// The text is valid whatever it is made of: a character that a name may not have becomes `_`, and a sample that cannot
/// stand in its family (one of another kind, a second one with the same labels) is left out. So is a family whose samples'
/// names another has: a gauge `a_count` beside a histogram `a`.
#[derive(Debug, Default)]
pub struct Families {
    families: Vec<Stored>,
    /// The names of all families and of their samples.
    names: HashSet<String>,
}

#[derive(Debug)]
struct Stored {
    name: String,
    kind: Kind,
    help: String,
    samples: String,
    labels: HashSet<String>,
}

/// One family, to which samples are added.
#[derive(Debug)]
pub struct Family<'a> {
    /// `None` if the name is another kind's, or another family's samples have it.
    stored: Option<&'a mut Stored>,
}

impl Families {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The family with this name, which is made if there is none.
    pub fn family(&mut self, kind: Kind, name: &str, help: &str) -> Family<'_> {
        let name = valid_name(name.strip_suffix("_total").unwrap_or(name), ':');
        let found = self.families.iter().position(|family| family.name == name);
        let place = found.unwrap_or(self.families.len());
        if found.is_none() {
            let whole = |suffix| format!("{name}{suffix}");
            let names: Vec<String> = kind.suffixes().iter().map(whole).collect();
            if names.iter().any(|name| self.names.contains(name)) {
                return Family { stored: None };
            }
            self.names.extend(names);
            self.families.push(Stored {
                name,
                kind,
                help: escaped(help),
                samples: String::new(),
                labels: HashSet::new(),
            });
        }
        let stored = self.families.get_mut(place);
        Family {
            stored: stored.filter(|stored| stored.kind == kind),
        }
    }

    /// A counter's family.
    pub fn counter(&mut self, name: &str, help: &str) -> Family<'_> {
        self.family(Kind::Counter, name, help)
    }

    /// A gauge's family.
    pub fn gauge(&mut self, name: &str, help: &str) -> Family<'_> {
        self.family(Kind::Gauge, name, help)
    }

    /// A histogram's family.
    pub fn histogram(&mut self, name: &str, help: &str) -> Family<'_> {
        self.family(Kind::Histogram, name, help)
    }

    /// The exposition, down to `# EOF`.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for family in &self.families {
            let Stored { name, help, .. } = family;
            text.push_str(&format!("# TYPE {name} {}\n", family.kind.name()));
            if let Some(unit) = UNITS.iter().find(|unit| has_unit(name, unit)) {
                text.push_str(&format!("# UNIT {name} {unit}\n"));
            }
            text.push_str(&format!("# HELP {name} {help}\n"));
            text.push_str(&family.samples);
        }
        text.push_str("# EOF\n");
        text
    }
}

impl Family<'_> {
    /// Adds a sample of a counter or a gauge: its labels, as names and values, and its value.
    pub fn sample(&mut self, labels: &[(&str, &str)], value: impl Into<Number>) -> &mut Self {
        let value = value.into();
        if let Some(stored) = &mut self.stored {
            let (suffix, fits) = match stored.kind {
                Kind::Counter => ("_total", value.counts()),
                Kind::Gauge => ("", true),
                Kind::Histogram => ("", false),
            };
            let labels = written(labels);
            if fits && stored.labels.insert(labels.clone()) {
                stored.line(suffix, &labels, "", value);
            }
        }
        self
    }

    /// Adds a histogram: the buckets' upper bounds, ascending; how many values fell into each, one more than there are
    /// bounds for what is above the last; and the sum of all values. No bound is negative: with negative values the sum could
    /// go down.
    pub fn buckets(
        &mut self,
        labels: &[(&str, &str)],
        bounds: &[f64],
        counts: &[u64],
        sum: f64,
    ) -> &mut Self {
        let ascends = bounds.is_sorted_by(|a, b| a < b);
        let count = bounds.iter().all(|bound| Number::Float(*bound).counts());
        let fits =
            ascends && count && counts.len() == bounds.len() + 1 && Number::Float(sum).counts();
        if let Some(stored) = &mut self.stored
            && stored.kind == Kind::Histogram
            && fits
        {
            let labels = written(labels);
            if !stored.labels.insert(labels.clone()) {
                return self;
            }
            let mut below = 0_u64;
            for (place, count) in counts.iter().enumerate() {
                below = below.saturating_add(*count);
                let bound = bounds.get(place).copied().unwrap_or(f64::INFINITY);
                let le = format!("le=\"{}\"", Number::Float(bound));
                stored.line("_bucket", &labels, &le, Number::Integer(below));
            }
            stored.line("_count", &labels, "", Number::Integer(below));
            stored.line("_sum", &labels, "", Number::Float(sum));
        }
        self
    }
}

impl Stored {
    fn line(&mut self, suffix: &str, labels: &str, more: &str, value: Number) {
        let comma = if labels.is_empty() || more.is_empty() {
            ""
        } else {
            ","
        };
        let labels = format!("{labels}{comma}{more}");
        let name = &self.name;
        self.samples.push_str(&match labels.as_str() {
            "" => format!("{name}{suffix} {value}\n"),
            labels => format!("{name}{suffix}{{{labels}}} {value}\n"),
        });
    }
}

/// A sample's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Number {
    /// Written without a point.
    Integer(u64),
    /// Written with one, or as `NaN`, `+Inf`, `-Inf`.
    Float(f64),
}

impl Number {
    /// A counter starts at 0 and never goes down.
    fn counts(self) -> bool {
        match self {
            Self::Integer(_) => true,
            Self::Float(value) => value >= 0.0 && value.is_finite(),
        }
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self::Integer(value)
    }
}

impl From<usize> for Number {
    fn from(value: usize) -> Self {
        Self::Integer(value as u64)
    }
}

impl From<f64> for Number {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Integer(value) => write!(f, "{value}"),
            Self::Float(value) if value.is_nan() => f.write_str("NaN"),
            Self::Float(f64::INFINITY) => f.write_str("+Inf"),
            Self::Float(f64::NEG_INFINITY) => f.write_str("-Inf"),
            // With the point, so that a bound reads the same in each exposition.
            Self::Float(value) => write!(f, "{value:?}"),
        }
    }
}

/// Whether a name ends in a unit of its own.
fn has_unit(name: &str, unit: &str) -> bool {
    name.strip_suffix(unit)
        .is_some_and(|rest| rest.len() > 1 && rest.ends_with('_'))
}

/// A name as the grammar has it: letters, digits, `_`, and one more character, not beginning with a digit.
fn valid_name(name: &str, more: char) -> String {
    let mut valid = String::with_capacity(name.len());
    for c in name.chars() {
        let fits = c.is_ascii_alphanumeric() || c == '_' || c == more;
        if valid.is_empty() && c.is_ascii_digit() {
            valid.push('_');
        }
        valid.push(if fits { c } else { '_' });
    }
    if valid.is_empty() {
        valid.push('_');
    }
    valid
}

/// Labels between their braces. `le` is the histogram's own; a second label of a name is left out.
fn written(labels: &[(&str, &str)]) -> String {
    let mut names = HashSet::from([String::from("le")]);
    let mut text = String::new();
    for (name, value) in labels {
        let name = valid_name(name, '_');
        if names.insert(name.clone()) {
            let comma = if text.is_empty() { "" } else { "," };
            // A String takes what is written.
            let _ = write!(text, "{comma}{name}=\"{}\"", escaped(value));
        }
    }
    text
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => escaped.push_str("\\\\"),
            '"' => escaped.push_str("\\\""),
            '\n' => escaped.push_str("\\n"),
            c => escaped.push(c),
        }
    }
    escaped
}
