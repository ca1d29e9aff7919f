//! Verdicts as text for a fixed-width font: those that matter, and how many there are of each.

use std::io::{self, Write};

use benchfmt::{Printable, class};
use hashbrown::HashMap;

use crate::paired::{LAYOUT_SPREAD, Layouts};
use crate::reason::Reasons;
use crate::scale::{Percent, common_scale, is_extreme};
use crate::text::Style;
use crate::verdict::{Change, Judgement, Paired, Verdict, Verdicts};

/// The widest column of names. A longer one moves what is beside it, not what is beside all others.
const WIDEST: usize = 500;

/// Writes the verdicts that matter, a line each, and a summary.
///
/// Rows that are unchanged are counted only; so are undecided rows that do not gate. Incomparable rows are put together
/// by the reason.
///
/// # Errors
///
/// If the output fails.
pub fn write_verdicts(
    verdicts: &Verdicts,
    style: Style,
    output: &mut impl Write,
) -> io::Result<()> {
    let names = Names::of(verdicts);
    let shown: Vec<(&Judgement, [String; 2])> = shown(verdicts)
        .map(|row| {
            let texts = [&*names.case(row), &row.unit].map(|text| Printable(text).to_string());
            (row, texts)
        })
        .collect();
    let [cases, units] = [0, 1].map(|place| {
        let widths = shown.iter().map(|(_, texts)| texts[place].chars().count());
        widths.filter(|width| *width <= WIDEST).max().unwrap_or(0)
    });
    let reasons = Reasons::new(verdicts);
    for (row, [case, unit]) in &shown {
        let (on, off) = color(row, style);
        let change = describe(&reasons, row);
        let line = format!(
            "{:12}  {case:cases$}  {unit:units$}  {change}",
            row.verdict.as_str()
        );
        writeln!(output, "{on}{}{off}", line.trim_end())?;
    }
    for group in incomparable(verdicts) {
        let (rows, reason) = (group.rows(), Printable(&group.reason));
        writeln!(output, "incomparable  {}: {reason}", Printable(&rows))?;
    }
    if !shown.is_empty() {
        writeln!(output)?;
    }
    writeln!(output, "{}", headline(verdicts))
}

/// The rows that are listed one by one, the most urgent verdict first.
pub(crate) fn shown(verdicts: &Verdicts) -> impl Iterator<Item = &Judgement> {
    let listed = |row: &Judgement| match row.verdict {
        Verdict::Regressed | Verdict::Missing | Verdict::Improved | Verdict::New => true,
        Verdict::Undecided => row.gates,
        Verdict::Incomparable | Verdict::Unchanged => false,
    };
    Verdict::ALL.into_iter().flat_map(move |verdict| {
        verdicts
            .judgements
            .iter()
            .filter(move |row| row.verdict == verdict && listed(row))
    })
}

/// How rows are called.
#[derive(Clone, Copy)]
pub(crate) struct Names {
    /// Whether several inputs are judged.
    several: bool,
}

impl Names {
    pub(crate) fn of(verdicts: &Verdicts) -> Self {
        let mut pairs = verdicts.judgements.windows(2);
        let several = pairs.any(|pair| pair[0].column != pair[1].column);
        Self { several }
    }

    /// The case of a row, with its package where a name has several, and the input where several are judged.
    pub(crate) fn case(self, row: &Judgement) -> String {
        let mut case = row.case.clone();
        match row.package.as_deref() {
            Some("") => case += " (no pkg)",
            Some(package) => case += &format!(" (pkg {package})"),
            None => {}
        }
        if let Some(old) = &row.renamed {
            case += &format!(" (was {old})");
        }
        if self.several {
            format!("{case} [{}]", row.column)
        } else {
            case
        }
    }
}

/// What happened to a row, in words and figures.
pub(crate) fn describe(reasons: &Reasons<'_>, row: &Judgement) -> String {
    let mut parts = Vec::new();
    if let Some(change) = &row.change {
        let (from, to) = values(change, &row.unit);
        parts.push(format!("{from} → {to}  {change}"));
    }
    if let Some(paired) = &row.paired {
        parts.extend(basis(paired, row.change));
    }
    if row.verdict == Verdict::Undecided {
        parts.push(match row.visible {
            Some(share) => format!(
                "a change of {:.1} would show half of the time",
                Percent(share)
            ),
            None => "too few samples to show any change".to_owned(),
        });
    }
    // Of what is on one side alone there is nothing to be said.
    if !matches!(row.verdict, Verdict::Missing | Verdict::New) {
        parts.extend(reasons.of(row).map(|reason| reason.to_string()));
    }
    if let Some(reason) = &row.accepted {
        parts.push(format!("accepted: {reason}"));
    } else if !row.gates {
        parts.push("does not gate".to_owned());
    }
    parts.join("  ")
}

/// What a paired verdict rests on. The interval is that of the row alone, and says so: among many rows some lie outside.
fn basis(paired: &Paired, change: Option<Change>) -> Vec<String> {
    if paired.same_code {
        return vec!["same code".to_owned()];
    }
    let mut parts = Vec::new();
    if let Some((low, high)) = change.and_then(|change| change.interval) {
        parts.push(format!(
            "[{:+.2}, {:+.2}] at {:.1} for this row alone",
            Percent(low),
            Percent(high),
            Percent(paired.confidence)
        ));
    }
    let stage = if paired.confirmed {
        "confirmed"
    } else {
        "screened"
    };
    let p = paired.p.map(|p| format!("p={p:.3} ")).unwrap_or_default();
    parts.push(match paired.layouts {
        Layouts::Shuffled => format!("({p}{stage} on {} layouts)", paired.comparisons),
        Layouts::One => format!(
            "({p}{stage} with {} pairs of one layout, which may differ by {:.1} without a change)",
            paired.pairs,
            Percent(LAYOUT_SPREAD)
        ),
    });
    parts
}

/// The two values: exact ones in full, others in one scale, and as powers of ten where that would take too many digits.
pub(crate) fn values(change: &Change, unit: &str) -> (String, String) {
    let Change { from, to, interval } = *change;
    let exact =
        from.fract() == 0.0 && to.fract() == 0.0 && interval.is_none_or(|(low, high)| low == high);
    if [from, to].into_iter().any(is_extreme) {
        return if exact {
            (format!("{from:e}"), format!("{to:e}"))
        } else {
            (format!("{from:.3e}"), format!("{to:.3e}"))
        };
    }
    if exact {
        return (from.to_string(), to.to_string());
    }
    let scale = common_scale([from, to], class(unit));
    (scale.format(from), scale.format(to))
}

/// Incomparable rows of one unit that have one reason.
pub(crate) struct Group<'v> {
    pub(crate) unit: &'v str,
    pub(crate) reason: String,
    pub(crate) count: usize,
    pub(crate) gates: bool,
}

impl Group<'_> {
    pub(crate) fn rows(&self) -> String {
        let rows = if self.count == 1 { "row" } else { "rows" };
        let gates = if self.gates {
            ""
        } else {
            ", which do not gate"
        };
        format!("{} {rows} of {}{gates}", self.count, self.unit)
    }
}

pub(crate) fn incomparable(verdicts: &Verdicts) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: HashMap<(&str, String, bool), usize> = HashMap::new();
    for row in verdicts
        .judgements
        .iter()
        .filter(|row| row.verdict == Verdict::Incomparable)
    {
        let differences: Vec<_> = row.differences.iter().map(ToString::to_string).collect();
        let reason = match &row.problem {
            Some(problem) => problem.to_string(),
            None => differences.join("; "),
        };
        let place = *places
            .entry((&row.unit, reason.clone(), row.gates))
            .or_insert(groups.len());
        if place == groups.len() {
            groups.push(Group {
                unit: &row.unit,
                reason,
                count: 0,
                gates: row.gates,
            });
        }
        groups[place].count += 1;
    }
    groups
}

/// One line for all: how many rows have which verdict, those that gate first.
pub fn headline(verdicts: &Verdicts) -> String {
    counted(verdicts.judgements.iter().map(|row| Counted {
        verdict: row.verdict,
        gates: row.gates,
        accepted: row.accepted.is_some(),
    }))
}

/// What is counted of a row.
#[derive(Clone, Copy)]
pub(crate) struct Counted {
    pub(crate) verdict: Verdict,
    pub(crate) gates: bool,
    pub(crate) accepted: bool,
}

/// How many rows have which verdict, in a line.
pub(crate) fn counted(rows: impl Iterator<Item = Counted> + Clone) -> String {
    let count = |gates: bool| {
        let rows = rows.clone().filter(move |row| row.gates == gates);
        let total = rows.clone().count();
        let counts = Verdict::ALL.into_iter().filter_map(|verdict| {
            let count = rows.clone().filter(|row| row.verdict == verdict).count();
            (count > 0).then(|| format!("{count} {verdict}"))
        });
        (total, counts.collect::<Vec<_>>().join(", "))
    };
    let accepted = rows.clone().filter(|row| row.accepted).count();
    let mut line = match count(true) {
        (0, _) => "no row gates".to_owned(),
        (1, counts) => format!("1 gating row: {counts}"),
        (total, counts) => format!("{total} gating rows: {counts}"),
    };
    if accepted > 0 {
        line += &format!(" ({accepted} accepted)");
    }
    if let (total @ 1.., counts) = count(false) {
        line += &format!("; {total} other rows: {counts}");
    }
    line
}

fn color(row: &Judgement, style: Style) -> (&'static str, &'static str) {
    let code = match row.verdict {
        _ if !style.color => return ("", ""),
        Verdict::Regressed | Verdict::Missing if row.accepted.is_none() => "\x1b[31m",
        Verdict::Improved => "\x1b[32m",
        Verdict::Incomparable | Verdict::Undecided => "\x1b[33m",
        _ => return ("", ""),
    };
    (code, "\x1b[0m")
}
