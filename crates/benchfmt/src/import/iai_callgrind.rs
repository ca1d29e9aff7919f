//! What iai-callgrind and its successor gungraun write with `--save-summary`: `summary.json`, one
//! for each benchmark.
//!
//! Read from the source of iai-callgrind-runner 0.16.1 (schema 6, `runner/summary.rs`) and
//! gungraun-runner 0.20.0 (schema 7, `summary/model.rs`, `metrics/model.rs`). Schema 7 renames
//! most keys, writes numbers plainly, and says `new` and `old` where schema 6 says `Left` and
//! `Right`.
//!
//! What is read is the new side of each profile's total: of callgrind, cachegrind and DHAT. The
//! tools that report errors count nothing, and perf gives no total. A counter of a name that is
//! not known is passed over, as gungraun itself does.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use super::error::Defect;
use super::json::{Amount, parse as parse_json, quotable};
use super::name::encode;
use super::recording::{Content, Recording, Tool};
use super::unit::{self, CACHEGRIND, Counter, count};
use crate::record::Measurement;

pub(super) const SUMMARY_FILE: &str = "summary.json";

/// A key by which a file can be known; it comes early in both schemas.
pub(super) const KEY: &[u8] = b"\"benchmark_exe\"";

/// A summary from the content of its file.
///
/// The name is the module path, and behind it the id as a part of its own:
/// `file::group::bench/id=short`. [`Recording::command`] is the command line of the first process
/// of the first profile.
///
/// # Errors
///
/// If that is not what iai-callgrind or gungraun writes: another schema than 6 and 7, a count
/// that is negative, two profiles of one tool, no counts at all.
pub fn parse(summary: &[u8]) -> Result<Recording, Defect> {
    #[derive(Deserialize)]
    #[serde(expecting = "a summary of iai-callgrind or gungraun")]
    struct Head {
        version: String,
    }
    // The version stands last, and what stands before it depends on it.
    let head: Head = parse_json(summary)?;
    let summary = match &*head.version {
        "6" => parse_json::<Summary<Profile6>>(summary)?.map(Profile6::plain),
        "7" => parse_json::<Summary<Profile7>>(summary)?.map(Profile7::plain),
        other => return Err(Defect::Schema(quotable(other))),
    };
    let name = match &summary.id {
        Some(id) => format!("{}/id={id}", summary.module_path),
        None => summary.module_path,
    };
    let mut measurements = Vec::new();
    let mut seen = Vec::new();
    for profile in &summary.profiles {
        let Some(tool) = profile.tool.name() else {
            continue;
        };
        if seen.contains(&profile.tool) {
            return Err(Defect::RepeatedTool(tool));
        }
        seen.push(profile.tool);
        measurements.extend(profile.measurements());
    }
    if measurements.is_empty() {
        return Err(Defect::NoCounts);
    }
    Ok(Recording {
        tool: Tool::IaiCallgrind,
        name: encode(name.as_bytes())?,
        command: summary
            .profiles
            .into_iter()
            .find_map(|profile| profile.command),
        content: Content::Counts(measurements),
    })
}

#[derive(Deserialize)]
struct Summary<P> {
    module_path: String,
    id: Option<String>,
    profiles: Vec<P>,
}

impl<P> Summary<P> {
    fn map<Q>(self, of_profile: impl Fn(P) -> Q) -> Summary<Q> {
        Summary {
            module_path: self.module_path,
            id: self.id,
            profiles: self.profiles.into_iter().map(of_profile).collect(),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
enum Valgrind {
    Callgrind,
    Cachegrind,
    #[serde(rename = "DHAT")]
    Dhat,
    #[serde(other)]
    Other,
}

impl Valgrind {
    /// The name of a tool that counts.
    fn name(self) -> Option<&'static str> {
        match self {
            Self::Callgrind => Some("callgrind"),
            Self::Cachegrind => Some("cachegrind"),
            Self::Dhat => Some("DHAT"),
            Self::Other => None,
        }
    }

    fn counter(self, name: &str) -> Option<Counter> {
        match self {
            Self::Callgrind | Self::Cachegrind => unit::event(name),
            Self::Dhat => unit::heap(name),
            Self::Other => None,
        }
    }
}

/// What is used of a profile, in either schema.
struct Profile {
    tool: Valgrind,
    command: Option<String>,
    counts: Vec<(String, f64)>,
}

impl Profile {
    fn measurements(&self) -> impl Iterator<Item = Measurement> {
        let prefix = match self.tool {
            Valgrind::Cachegrind => CACHEGRIND,
            _ => "",
        };
        self.counts.iter().filter_map(move |(name, value)| {
            let counter = self.tool.counter(name)?;
            Some(count(*value, &format!("{prefix}{}", counter.unit)))
        })
    }
}

/// The counters of a total that have a new value and a name that some tool knows, in the order of
/// the file; no name twice. `V` is how a schema writes the old and the new value.
struct Counts<V> {
    counts: Vec<(String, f64)>,
    schema: PhantomData<V>,
}

trait NewValue: DeserializeOwned {
    fn new_value(&self) -> Option<f64>;
}

impl<'de, V: NewValue> Deserialize<'de> for Counts<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Map<V>(PhantomData<V>);
        impl<'de, V: NewValue> Visitor<'de> for Map<V> {
            type Value = Counts<V>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map from counters to their values")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Counts<V>, A::Error> {
                let mut counts: Vec<(String, f64)> = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if unit::event(&name).is_none() && unit::heap(&name).is_none() {
                        map.next_value::<IgnoredAny>()?;
                        continue;
                    }
                    if counts.iter().any(|(known, _)| *known == name) {
                        return Err(A::Error::custom(format_args!("duplicate counter `{name}`")));
                    }
                    if let Some(value) = map.next_value::<V>()?.new_value() {
                        counts.push((name, value));
                    }
                }
                Ok(Counts {
                    counts,
                    schema: PhantomData,
                })
            }
        }
        deserializer.deserialize_map(Map(PhantomData))
    }
}

#[derive(Deserialize)]
struct Profile6 {
    tool: Valgrind,
    summaries: Summaries6,
}

#[derive(Deserialize)]
struct Summaries6 {
    parts: Vec<Part6>,
    total: Total6,
}

#[derive(Deserialize)]
struct Part6 {
    details: Sides6<Run>,
}

#[derive(Deserialize)]
struct Total6 {
    summary: ToolCounts6,
}

#[derive(Deserialize)]
enum ToolCounts6 {
    None,
    ErrorTool(IgnoredAny),
    Dhat(Counts<Values6>),
    Callgrind(Counts<Values6>),
    Cachegrind(Counts<Values6>),
}

#[derive(Deserialize)]
struct Values6 {
    metrics: Sides6<Value6>,
}

/// New, old, or both.
#[derive(Deserialize)]
enum Sides6<T> {
    Left(T),
    Right(IgnoredAny),
    Both(T, IgnoredAny),
}

#[derive(Deserialize)]
enum Value6 {
    Int(Amount),
    Float(Amount),
}

#[derive(Deserialize)]
struct Run {
    command: String,
}

impl<T> Sides6<T> {
    fn new_side(self) -> Option<T> {
        match self {
            Self::Left(new) | Self::Both(new, _) => Some(new),
            Self::Right(_) => None,
        }
    }
}

impl NewValue for Values6 {
    fn new_value(&self) -> Option<f64> {
        match &self.metrics {
            Sides6::Left(new) | Sides6::Both(new, _) => {
                let (Value6::Int(amount) | Value6::Float(amount)) = new;
                Some(amount.0)
            }
            Sides6::Right(_) => None,
        }
    }
}

impl Profile6 {
    fn plain(self) -> Profile {
        let mut parts = self.summaries.parts.into_iter();
        Profile {
            tool: self.tool,
            command: parts.find_map(|part| Some(part.details.new_side()?.command)),
            counts: match self.summaries.total.summary {
                ToolCounts6::None | ToolCounts6::ErrorTool(_) => Vec::new(),
                ToolCounts6::Dhat(counts)
                | ToolCounts6::Callgrind(counts)
                | ToolCounts6::Cachegrind(counts) => counts.counts,
            },
        }
    }
}

#[derive(Deserialize)]
struct Profile7 {
    tool: Valgrind,
    data: Data7,
}

#[derive(Deserialize)]
struct Data7 {
    parts: Vec<Part7>,
    total: Total7,
}

#[derive(Deserialize)]
struct Part7 {
    tool_run: Sides7<Run>,
}

#[derive(Deserialize)]
struct Total7 {
    metrics: Counts<Values7>,
}

#[derive(Deserialize)]
struct Values7 {
    values: Sides7<Amount>,
}

/// New, old, or both.
#[derive(Deserialize)]
struct Sides7<T> {
    new: Option<T>,
}

impl NewValue for Values7 {
    fn new_value(&self) -> Option<f64> {
        self.values.new.as_ref().map(|amount| amount.0)
    }
}

impl Profile7 {
    fn plain(self) -> Profile {
        let mut parts = self.data.parts.into_iter();
        Profile {
            tool: self.tool,
            command: parts.find_map(|part| Some(part.tool_run.new?.command)),
            counts: self.data.total.metrics.counts,
        }
    }
}
