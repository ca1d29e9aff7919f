//! Which lines a change of allocations comes from, as it is shown.

use std::fmt::{self, Write as _};
use std::io::{self, Write};

use benchfmt::{Printable, is_obeyed};
use serde::{Deserialize, Serialize};

use crate::literal::{Block, Html};
use crate::verdict::Judgement;

/// Sites that are shown of a case; the document has them all.
const SHOWN: usize = 12;

/// The sites of a case whose allocations changed. Of each unit the changes of the sites and what is not attributed sum to
/// the case's change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SitesView {
    /// The full name of the case.
    pub case: String,
    /// The label of the column that was compared with the baseline's.
    pub column: String,
    /// The units that changed.
    pub units: Vec<CountedView>,
    /// The sites, those with the largest change first.
    pub sites: Vec<SiteView>,
}

/// The change of a case in one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CountedView {
    /// The unit.
    pub unit: String,
    /// The baseline's value.
    pub baseline: f64,
    /// The other side's.
    pub value: f64,
    /// What the sites' changes leave of its change.
    pub not_attributed: f64,
}

/// A place in the code that allocates more or less.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteView {
    /// Whether only the baseline has it; the lines are the baseline's then.
    pub gone: bool,
    /// The lines of the repository's own code, the innermost first; none where a library allocates for itself.
    pub lines: Vec<PlaceView>,
    /// The place among them of the one that brought the change, counted from 0.
    pub at: usize,
    /// What the innermost line calls of a library's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<PlaceView>,
    /// What it allocates, in the units in which it differs.
    pub amounts: Vec<AmountView>,
}

/// A line of code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceView {
    /// Its file: from the repository's root, or a package's folder.
    pub file: String,
    /// The line, counted from 1; 0 if it is not known.
    pub line: u32,
    /// The function that it is in.
    pub function: String,
    /// What stands there; empty if it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// What a site allocates in one unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AmountView {
    /// The unit.
    pub unit: String,
    /// In the baseline.
    pub baseline: f64,
    /// On the other side.
    pub value: f64,
}

impl SitesView {
    /// The sites behind some judgements on a case, of which each has a change in a unit of its own.
    pub fn new(judgements: &[&Judgement], sites: Vec<SiteView>) -> Self {
        let units = judgements.iter().filter_map(|row| {
            let change = row.change?;
            let parts = sites.iter().flat_map(|site| &site.amounts);
            let of_unit = parts.filter(|amount| amount.unit == row.unit);
            let sum: f64 = of_unit.map(|amount| amount.value - amount.baseline).sum();
            Some(CountedView {
                unit: row.unit.clone(),
                baseline: change.from,
                value: change.to,
                not_attributed: change.to - change.from - sum,
            })
        });
        let name = |of: fn(&Judgement) -> &str| {
            let first = judgements.first();
            first.map_or("", |row| of(row)).to_owned()
        };
        Self {
            case: name(|row| &row.case),
            column: name(|row| &row.column),
            units: units.collect(),
            sites,
        }
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let units = self.units.iter().map(|unit| {
            let CountedView {
                unit,
                baseline,
                value,
                ..
            } = unit;
            changed(unit, *baseline, *value)
        });
        lines.push(format!("  {}", units.collect::<Vec<_>>().join(", ")));
        for site in self.sites.iter().take(SHOWN) {
            lines.extend(site.lines());
        }
        let others = self.sites.len().saturating_sub(SHOWN);
        if others > 0 {
            let rest = self.sites.iter().skip(SHOWN);
            let amounts = rest.flat_map(|site| &site.amounts);
            let sums = self.units.iter().filter_map(|unit| {
                let of_unit = amounts.clone().filter(|amount| amount.unit == unit.unit);
                let sum: f64 = of_unit.map(|amount| amount.value - amount.baseline).sum();
                (sum != 0.0).then(|| format!("{sum:+} {}", unit.unit))
            });
            let sums: Vec<String> = sums.collect();
            lines.push(format!("  {others} other sites: {}", sums.join(", ")));
        }
        for unit in self.units.iter().filter(|unit| unit.not_attributed != 0.0) {
            lines.push(format!(
                "  not attributed: {:+} {}",
                unit.not_attributed, unit.unit
            ));
        }
        lines
    }
}

impl SiteView {
    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let gone = if self.gone { "  (gone)" } else { "" };
        let head = match (self.lines.get(self.at), &self.library) {
            (Some(line), _) => format!("  {line} in {}{gone}  {}", line.function, line.text),
            (None, Some(library)) => format!("  {} {library}{gone}", library.function),
            (None, None) => format!("  a function without a name{gone}"),
        };
        lines.push(head.trim_end().to_owned());
        let amounts = self
            .amounts
            .iter()
            .map(|amount| changed(&amount.unit, amount.baseline, amount.value));
        lines.push(format!("      {}", amounts.collect::<Vec<_>>().join(", ")));
        if self.lines.is_empty() {
            return lines;
        }
        let mut way = String::new();
        let (inner, outer) = self.lines.split_at(self.at.min(self.lines.len() - 1));
        for line in inner.iter().rev() {
            let _ = write!(way, ", through {line} {}", line.function);
        }
        if let Some(library) = &self.library {
            let _ = write!(way, ", by {} {library}", library.function);
        }
        for line in outer.iter().skip(1) {
            let _ = write!(way, ", from {line}");
        }
        if let Some(way) = way.strip_prefix(", ") {
            lines.push(format!("      {way}"));
        }
        lines
    }
}

/// `file:line`, as editors take it.
impl fmt::Display for PlaceView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

fn changed(unit: &str, from: f64, to: f64) -> String {
    format!("{unit} {from} → {to} ({:+})", to - from)
}

/// Writes where the allocations of cases changed, as text.
///
/// # Errors
///
/// If the output fails.
pub fn write_sites(sites: &[SitesView], output: &mut impl Write) -> io::Result<()> {
    if !sites.is_empty() {
        writeln!(output, "\nwhere the allocations changed:")?;
    }
    for case in sites {
        writeln!(output, "\n{}", shown(&case.case))?;
        for line in case.lines() {
            writeln!(output, "{}", shown(&line))?;
        }
    }
    Ok(())
}

/// Writes where the allocations of cases changed, as markdown: each case folded.
///
/// # Errors
///
/// If the output fails.
pub fn write_sites_markdown(sites: &[SitesView], output: &mut impl Write) -> io::Result<()> {
    for case in sites {
        let name = Html(&case.case);
        writeln!(
            output,
            "<details><summary>where the allocations of {name} changed</summary>\n"
        )?;
        let lines: Vec<String> = case.lines().iter().map(|line| shown(line)).collect();
        let (info, text) = ("", &lines.join("\n"));
        writeln!(output, "{}\n</details>\n", Block { info, text })?;
    }
    Ok(())
}

/// A line of text: what a terminal would obey is a space.
fn shown(line: &str) -> String {
    Printable(&line.replace(is_obeyed, " ")).to_string()
}
