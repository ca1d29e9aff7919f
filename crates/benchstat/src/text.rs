//! Tables as text for a fixed-width font.

use std::io::{self, Write};
use std::ops::Range;

use benchfmt::{Better, class};

use crate::footnotes::Footnotes;
use crate::header::{KeyChanges, spans};
use crate::layout::{Align, Color, Columns, Layout, Margin};
use crate::parallel::{in_parallel, processors};
use crate::scale::common_scale;
use crate::table::{Cell, ColumnSummary, Delta, Table, push_percent};

/// How text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether changes are coloured, for a terminal: green if better, red if worse.
    pub color: bool,
}

/// A cell takes three columns of the layout: center, spread and notes.
const CENTER: usize = 3;
/// And three more if it is compared: change, test and notes.
const DELTA: usize = 3;
/// The columns before the first cell.
const LABEL: usize = 1;

/// The column of the layout where a column of the table starts.
fn start(column: usize) -> usize {
    match column {
        0 => LABEL,
        column => LABEL + CENTER + (column - 1) * (CENTER + DELTA),
    }
}

/// Below this number of rows a second processor costs more than it brings.
const WORTH_SHARING: usize = 2000;

/// A table whose text may take more is not put together in memory.
const MOST_AT_ONCE: usize = 1 << 26;

/// Writes tables as text, the notes below each.
///
/// # Errors
///
/// If the output fails.
pub fn write_text(tables: &[Table], style: Style, output: &mut impl Write) -> io::Result<()> {
    let mut changes = KeyChanges::default();
    for (at, table) in tables.iter().enumerate() {
        if at > 0 {
            writeln!(output)?;
        }
        for (field, value) in changes.next(table.key()) {
            writeln!(output, "{field}: {value}")?;
        }
        write_table(table, style, output)?;
    }
    Ok(())
}

fn write_table(table: &Table, style: Style, output: &mut impl Write) -> io::Result<()> {
    let notes = Footnotes::of(table);
    let rows = table.rows().len();
    let count = if rows < WORTH_SHARING {
        1
    } else {
        processors()
    };
    let parts = in_parallel(count, |part| {
        let rows = rows * part / count..rows * (part + 1) / count;
        lay_out(table, rows, &notes)
    });
    // Of the columns that a cell takes only the first grows.
    let columns = Columns::new(&parts, |column| {
        column > LABEL + CENTER && (column - LABEL - CENTER) % (CENTER + DELTA) > 0
            || (LABEL + 1..LABEL + CENTER).contains(&column)
    });
    let size = columns.width() * parts.iter().map(Layout::len).sum::<usize>();
    if count > 1 && size <= MOST_AT_ONCE {
        let texts = in_parallel(count, |part| {
            let mut text = Vec::with_capacity(columns.width() * parts[part].len());
            // A vector takes whatever is written.
            let _ = parts[part].write(&columns, style.color, &mut text);
            text
        });
        for text in texts {
            output.write_all(&text)?;
        }
    } else {
        for part in &parts {
            part.write(&columns, style.color, output)?;
        }
    }
    notes.write(output)
}

/// Some rows of a table; with the first row its header, with the last its summary.
fn lay_out(table: &Table, rows: Range<usize>, notes: &Footnotes) -> Layout {
    let own_rows = || table.rows().skip(rows.start).take(rows.len());
    // A label, and of a cell center, spread, change and test.
    let cells = own_rows().map(|row| 1 + 4 * row.cells().len()).sum();
    let mut layout = Layout::with_capacity(rows.len(), cells);
    let class = class(table.unit());
    if rows.start == 0 {
        lay_out_header(table, &mut layout);
    }
    for row in own_rows() {
        layout.row();
        layout.cell(Align::Left, |text| row.key().push(text));
        let scale = common_scale(row.cells().map(|cell| cell.summary().center), class);
        for cell in row.cells() {
            layout.column(start(cell.column()));
            let summary = cell.summary();
            layout.cell(Align::Right, |text| scale.push(summary.center, text));
            layout.span(1, Margin::PlusMinus, Align::Right, |text| {
                summary.spread().push(text);
            });
            layout.cell(Align::Left, |text| notes.push(cell.notes(), text));
            lay_out_comparison(table, cell, &mut layout, notes);
        }
    }
    if rows.end == table.rows().len() && table.rows().len() > 1 {
        layout.row();
        layout.cell(Align::Left, |text| text.push_str("geomean"));
        for column in table.columns() {
            lay_out_summary(column, class, &mut layout, notes);
        }
    }
    layout
}

fn lay_out_header(table: &Table, layout: &mut Layout) {
    let columns = table.columns().len();
    let edge = start(columns + 1);
    for level in spans(table) {
        layout.row();
        for span in level {
            let columns = start(span.columns.end) - start(span.columns.start);
            layout.column(start(span.columns.start));
            layout.span(columns, Margin::Rule, Align::Center, |text| {
                text.push_str(span.value);
            });
        }
        layout.column(edge);
        layout.span(1, Margin::Edge, Align::Left, |_| {});
    }
    layout.row();
    for column in 0..columns {
        layout.column(start(column));
        layout.span(CENTER, Margin::Rule, Align::Center, |text| {
            text.push_str(table.unit());
        });
        if column > 0 {
            layout.span(DELTA, Margin::Gap, Align::Left, |text| {
                text.push_str("vs base");
            });
        }
    }
    layout.column(edge);
    layout.span(1, Margin::Edge, Align::Left, |_| {});
}

fn lay_out_comparison(table: &Table, cell: Cell<'_>, layout: &mut Layout, notes: &Footnotes) {
    let Some(comparison) = cell.comparison() else {
        return;
    };
    let delta = comparison.delta();
    let (old, new) = comparison.centers;
    let color = match (delta, table.better()) {
        (Delta::Insignificant | Delta::Equal, _) | (_, None) => Color::Plain,
        (_, Some(better)) if (new > old) == (better == Better::Higher) => Color::Green,
        _ => Color::Red,
    };
    layout.colored(color, Align::Right, |text| delta.push(text));
    layout.cell(Align::Left, |text| {
        text.push('(');
        comparison.push(text);
        text.push(')');
    });
    layout.cell(Align::Left, |text| notes.push(cell.comparison_note(), text));
}

fn lay_out_summary(
    column: ColumnSummary<'_>,
    class: benchfmt::Class,
    layout: &mut Layout,
    notes: &Footnotes,
) {
    let first = start(column.place());
    if let Some(mean) = column.mean() {
        layout.column(first);
        let scale = common_scale([mean], class);
        layout.cell(Align::Right, |text| scale.push(mean, text));
    }
    if column.place() > 0 {
        layout.column(first + CENTER);
        match column.ratio() {
            Some(ratio) => layout.cell(Align::Right, |text| push_percent(ratio - 1.0, text)),
            None => layout.cell(Align::Left, |text| text.push('?')),
        }
    }
    layout.column(start(column.place() + 1) - 1);
    layout.cell(Align::Left, |text| {
        notes.push(column.notes().iter().cloned(), text);
    });
}
