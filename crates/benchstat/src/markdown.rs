//! Tables and verdicts as GitHub-flavoured Markdown, with every name shown as it is.

use std::fmt::Write as _;
use std::io::{self, Write};

use benchfmt::class;

use crate::literal::{Html, Literal};
use crate::reason::Reasons;
use crate::scale::common_scale;
use crate::summary::{Names, describe, headline, incomparable, shown};
use crate::table::{Cell, Table};
use crate::verdict::{Outcome, Verdict, Verdicts};

/// Writes the tables, each folded under its unit.
///
/// # Errors
///
/// If the output fails.
pub fn write_markdown(tables: &[Table<'_>], output: &mut impl Write) -> io::Result<()> {
    for table in tables {
        let rows = table.rows().len();
        writeln!(
            output,
            "<details><summary>{} ({rows} rows)</summary>\n",
            Html(table.unit())
        )?;
        for (field, value) in table.key().fields() {
            writeln!(output, "{}: {}  ", Literal(field), Literal(value))?;
        }
        writeln!(output)?;
        write_table(table, output)?;
        writeln!(output, "\n</details>\n")?;
    }
    Ok(())
}

/// Writes what to know before believing the tables.
#[cfg(feature = "cli")]
pub(crate) fn write_caveat_markdown(caveat: &str, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "> **Note**: {}\n", Literal(caveat))
}

fn write_table(table: &Table<'_>, output: &mut impl Write) -> io::Result<()> {
    let (mut head, mut rule) = (String::from("| |"), String::from("| --- |"));
    for column in table.columns() {
        let label = column.key().to_string();
        let _ = write!(head, " {} |", Literal(&label));
        rule += " ---: |";
        if column.place() > 0 {
            head += " vs base | p, n |";
            rule += " ---: | --- |";
        }
    }
    writeln!(output, "{head}\n{rule}")?;
    for row in table.rows() {
        let mut line = format!("| {} |", Literal(&row.key().to_string()));
        let scale = common_scale(
            row.cells().map(|cell| cell.summary().center),
            class(table.unit()),
        );
        for column in table.columns() {
            let cell = row.cell(column.place());
            let center = |cell: Cell<'_>| {
                let summary = cell.summary();
                format!("{} ± {}", scale.format(summary.center), summary.spread())
            };
            let _ = write!(line, " {} |", cell.map(center).unwrap_or_default());
            if column.place() > 0 {
                let comparison = cell.and_then(Cell::comparison);
                let delta = comparison
                    .map(|comparison| comparison.delta().to_string())
                    .unwrap_or_default();
                let test = comparison
                    .map(|comparison| comparison.to_string())
                    .unwrap_or_default();
                let _ = write!(line, " {} | {test} |", Literal(&delta));
            }
        }
        writeln!(output, "{line}")?;
    }
    Ok(())
}

/// Writes the verdicts: a headline, what needs a look, what improved; unchanged rows are counted only.
///
/// # Errors
///
/// If the output fails.
pub fn write_verdicts_markdown(
    verdicts: &Verdicts,
    outcome: Outcome,
    output: &mut impl Write,
) -> io::Result<()> {
    let failed = verdicts.judgements.iter().filter(|row| row.fails()).count();
    let heading = match outcome {
        Outcome::Failed if failed == 1 => "1 gating row got worse or is missing".to_owned(),
        Outcome::Failed => format!("{failed} gating rows got worse or are missing"),
        outcome => {
            let any = verdicts.judgements.iter().any(|row| row.gates);
            outcome.heading(any).to_owned()
        }
    };
    writeln!(output, "### {heading}\n")?;
    writeln!(output, "{}\n", Literal(&headline(verdicts)))?;
    let rows: Vec<_> = shown(verdicts).collect();
    if !rows.is_empty() {
        writeln!(
            output,
            "| verdict | case | unit | change |\n| --- | --- | --- | --- |"
        )?;
        let (names, reasons) = (Names::of(verdicts), Reasons::new(verdicts));
        for row in rows {
            let bold = if row.fails() { "**" } else { "" };
            let (case, change) = (names.case(row), describe(&reasons, row));
            writeln!(
                output,
                "| {bold}{}{bold} | {} | {} | {} |",
                row.verdict,
                Literal(&case),
                Literal(&row.unit),
                Literal(&change)
            )?;
        }
        writeln!(output)?;
    }
    for group in incomparable(verdicts) {
        writeln!(
            output,
            "{}: {}: {}\n",
            Verdict::Incomparable,
            Literal(&group.rows()),
            Literal(&group.reason)
        )?;
    }
    Ok(())
}
