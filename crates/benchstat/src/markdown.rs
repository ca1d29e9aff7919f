//! Tables and verdicts as GitHub-flavoured Markdown, with every name shown as it is.

use std::fmt::Write as _;
use std::io::{self, Write};

use benchfmt::{class, is_obeyed};

use crate::reason::Reasons;
use crate::scale::common_scale;
use crate::summary::{case, describe, headline, incomparable, shown};
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
            escape(table.unit())
        )?;
        for (field, value) in table.key().fields() {
            writeln!(output, "{}: {}  ", escape(field), escape(value))?;
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
    writeln!(output, "> **Note**: {}\n", escape(caveat))
}

fn write_table(table: &Table<'_>, output: &mut impl Write) -> io::Result<()> {
    let (mut head, mut rule) = (String::from("| |"), String::from("| --- |"));
    for column in table.columns() {
        let label = escape(&column.key().to_string());
        let _ = write!(head, " {label} |");
        rule += " ---: |";
        if column.place() > 0 {
            head += " vs base | p, n |";
            rule += " ---: | --- |";
        }
    }
    writeln!(output, "{head}\n{rule}")?;
    for row in table.rows() {
        let mut line = format!("| {} |", escape(&row.key().to_string()));
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
                let _ = write!(line, " {} | {test} |", escape(&delta));
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
        Outcome::Incomparable => "Not everything that gates could be compared".to_owned(),
        Outcome::Undecided => "Not everything that gates is decided".to_owned(),
        Outcome::Passed => "Nothing that gates got worse".to_owned(),
    };
    writeln!(output, "### {heading}\n")?;
    writeln!(output, "{}\n", escape(&headline(verdicts)))?;
    let rows: Vec<_> = shown(verdicts).collect();
    if !rows.is_empty() {
        writeln!(
            output,
            "| verdict | case | unit | change |\n| --- | --- | --- | --- |"
        )?;
        let reasons = Reasons::new(verdicts);
        for row in rows {
            let bold = if row.fails() { "**" } else { "" };
            let (case, unit, change) = (
                escape(&case(verdicts, row)),
                escape(&row.unit),
                escape(&describe(&reasons, row)),
            );
            writeln!(
                output,
                "| {bold}{}{bold} | {case} | {unit} | {change} |",
                row.verdict
            )?;
        }
        writeln!(output)?;
    }
    for group in incomparable(verdicts) {
        writeln!(
            output,
            "{}: {}: {}\n",
            Verdict::Incomparable,
            escape(&group.rows()),
            escape(&group.reason)
        )?;
    }
    Ok(())
}

/// Text as Markdown shows it literally: what could be markup, a mention or the end of a cell becomes an entity, and what
/// cannot be shown on a line becomes a space.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if is_obeyed(c) => escaped.push(' '),
            '&' | '<' | '>' | '"' | '\'' | '`' | '*' | '_' | '[' | ']' | '{' | '}' | '(' | ')'
            | '#' | '!' | '|' | '~' | '@' | '\\' | '$' | ':' => {
                let _ = write!(escaped, "&#{};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}
