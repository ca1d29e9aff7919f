//! The functions of a profile with most of its values.

use std::collections::{HashMap, HashSet};
use std::fmt;

use crate::flame::{location, names};
use crate::proto::Profile;

/// A profile's functions, those with the most in their own code first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Top {
    /// The unit of all values, such as `nanoseconds` or `bytes`.
    pub unit: String,
    /// The sum over all samples.
    pub total: i64,
    /// One for each function.
    pub rows: Vec<Row>,
}

/// A function and what was sampled in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The function's name.
    pub name: String,
    /// In its own code.
    pub own: i64,
    /// In its own code and in all that it called.
    pub cumulative: i64,
}

impl Top {
    pub(crate) fn of(profile: &Profile, value: usize) -> Self {
        let mut total = 0;
        let mut sums: HashMap<String, (i64, i64)> = HashMap::new();
        for sample in &profile.samples {
            let Some(count) = sample.values.get(value).copied() else {
                continue;
            };
            total = i64::saturating_add(total, count);
            let mut seen: HashSet<String> = HashSet::new();
            let locations = sample
                .locations
                .iter()
                .filter_map(|id| location(profile, *id));
            for name in locations.flat_map(|location| names(profile, location)) {
                let is_innermost = seen.is_empty();
                // A function that calls itself counts once.
                if seen.insert(name.clone()) {
                    let sum = sums.entry(name).or_default();
                    sum.1 = i64::saturating_add(sum.1, count);
                    if is_innermost {
                        sum.0 = i64::saturating_add(sum.0, count);
                    }
                }
            }
        }
        let mut rows: Vec<Row> = sums
            .into_iter()
            .map(|(name, (own, cumulative))| Row {
                name,
                own,
                cumulative,
            })
            .collect();
        rows.sort_by(|a, b| (b.own, b.cumulative, &a.name).cmp(&(a.own, a.cumulative, &b.name)));
        let unit = profile
            .sample_types
            .get(value)
            .map_or(0, |value| value.unit);
        Self {
            unit: profile.string(unit).to_owned(),
            total,
            rows,
        }
    }

    /// The part of the total, from 0 to 1; 0 if there is nothing.
    pub fn share(&self, value: i64) -> f64 {
        match self.total {
            0 => 0.0,
            total => value as f64 / total as f64,
        }
    }

    /// A table of the first rows: each function's own value, its share, and the shares with what it called.
    pub fn table(&self, rows: usize) -> Table<'_> {
        Table { top: self, rows }
    }
}

/// A table of the first rows, to be printed.
#[derive(Debug)]
pub struct Table<'a> {
    top: &'a Top,
    rows: usize,
}

impl fmt::Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Top { unit, total, rows } = self.top;
        writeln!(f, "{} in all", in_unit(*total, unit))?;
        writeln!(
            f,
            "{:>12} {:>7} {:>12} {:>7}",
            "own", "", "with callees", ""
        )?;
        for row in rows.iter().take(self.rows) {
            writeln!(
                f,
                "{:>12} {:>6.1}% {:>12} {:>6.1}%  {}",
                in_unit(row.own, unit),
                self.top.share(row.own) * 100.0,
                in_unit(row.cumulative, unit),
                self.top.share(row.cumulative) * 100.0,
                row.name,
            )?;
        }
        Ok(())
    }
}

/// A value as people read it.
fn in_unit(value: i64, unit: &str) -> String {
    let number = value as f64;
    match unit {
        "nanoseconds" => format!("{:.2} s", number / 1e9),
        "bytes" if number.abs() >= 1e6 => format!("{:.2} MB", number / 1e6),
        "bytes" => format!("{:.1} kB", number / 1e3),
        _ => value.to_string(),
    }
}
