//! Tables as text for a fixed-width font.

use std::io::{self, Write};
use std::ops::Range;

use benchfmt::{Better, class};

use crate::comparison::{Delta, push_percent};
use crate::footnotes::Footnotes;
use crate::header::{KeyChanges, spans};
use crate::layout::{Align, Color, Columns, Layout, Margin};
use crate::parallel::{for_each, in_parallel, processors};
use crate::printable::{push_visible, visible};
use crate::scale::common_scale;
use crate::table::{Cell, ColumnSummary, Table};

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

/// Whether a column of the layout does not grow: of those that a cell takes all but the first.
fn is_narrow(column: usize) -> bool {
    match column.checked_sub(LABEL + CENTER) {
        None => column > LABEL,
        Some(after) => !after.is_multiple_of(CENTER + DELTA),
    }
}

/// How many rows are laid out at once: enough to be worth a thread's while, few enough that
/// their text stays in the processor's cache.
const ROWS_AT_ONCE: usize = 2048;

/// How many parts a processor writes before all wait for what is written to go out.
const PARTS_AT_ONCE: usize = 4;

/// Rows whose text may take more than this are written one by one.
const MOST_AT_ONCE: usize = 1 << 24;

/// Writes tables as text, the notes below each.
///
/// # Errors
///
/// If the output fails.
pub fn write_text(tables: &[Table<'_>], style: Style, output: &mut impl Write) -> io::Result<()> {
    let mut writer = Writer {
        style,
        parts: Vec::new(),
        texts: Vec::new(),
    };
    let mut changes = KeyChanges::default();
    for (at, table) in tables.iter().enumerate() {
        if at > 0 {
            writeln!(output)?;
        }
        for (field, value) in changes.next(table.key()) {
            writeln!(output, "{}: {}", visible(field), visible(value))?;
        }
        writer.write(table, output)?;
    }
    Ok(())
}

/// Writes one table after the other in the same memory.
struct Writer {
    style: Style,
    /// The rows of a table, some in each part.
    parts: Vec<Layout>,
    /// The text of some parts.
    texts: Vec<Vec<u8>>,
}

impl Writer {
    fn write(&mut self, table: &Table<'_>, output: &mut impl Write) -> io::Result<()> {
        let rows = table.rows().len();
        let count = rows.div_ceil(ROWS_AT_ONCE);
        let rows_of = |part: usize| {
            let start = part * ROWS_AT_ONCE;
            start..rows.min(start + ROWS_AT_ONCE)
        };
        let mut notes = Footnotes::default();
        for part in in_parallel(count, |part| Footnotes::of(table, rows_of(part))) {
            notes.append(part);
        }
        self.parts
            .resize_with(count.max(self.parts.len()), Layout::default);
        let parts = &mut self.parts[..count];
        for_each(parts, |part, layout| {
            layout.clear();
            lay_out(table, rows_of(part), layout, &notes);
        });
        let columns = Columns::new(parts, is_narrow);
        let color = self.style.color;
        if count == 1 || columns.width().saturating_mul(ROWS_AT_ONCE) > MOST_AT_ONCE {
            for part in parts {
                part.write(&columns, color, output)?;
            }
            return notes.write(output);
        }
        self.texts
            .resize_with(processors() * PARTS_AT_ONCE, Vec::new);
        for parts in parts.chunks(self.texts.len()) {
            let texts = &mut self.texts[..parts.len()];
            for_each(texts, |part, text| {
                text.clear();
                // A vector takes whatever is written.
                let _ = parts[part].write(&columns, color, text);
            });
            for text in texts {
                output.write_all(text)?;
            }
        }
        notes.write(output)
    }
}

/// Some rows of a table; with the first row its header, with the last its summary.
fn lay_out(table: &Table<'_>, rows: Range<usize>, layout: &mut Layout, notes: &Footnotes) {
    let class = class(table.unit());
    if rows.start == 0 {
        lay_out_header(table, layout);
    }
    for row in table.rows().skip(rows.start).take(rows.len()) {
        layout.row();
        layout.cell(Align::Left, |text| {
            push_visible(text, |text| row.key().push(text));
        });
        let scale = common_scale(row.cells().map(|cell| cell.summary().center), class);
        for cell in row.cells() {
            layout.column(start(cell.column()));
            let summary = cell.summary();
            layout.cell(Align::Right, |text| scale.push(summary.center, text));
            layout.span(1, Margin::PlusMinus, Align::Right, |text| {
                summary.spread().push(text);
            });
            layout.cell(Align::Left, |text| notes.push(cell.notes(), text));
            lay_out_comparison(table, cell, layout, notes);
        }
    }
    if rows.end == table.rows().len() && table.rows().len() > 1 {
        layout.row();
        layout.cell(Align::Left, |text| text.push_str("geomean"));
        for column in table.columns() {
            lay_out_summary(column, class, layout, notes);
        }
    }
}

fn lay_out_header(table: &Table<'_>, layout: &mut Layout) {
    let columns = table.columns().len();
    let edge = start(columns + 1);
    for level in spans(table) {
        layout.row();
        for span in level {
            let columns = start(span.columns.end) - start(span.columns.start);
            layout.column(start(span.columns.start));
            layout.span(columns, Margin::Rule, Align::Center, |text| {
                text.push_str(&visible(span.value));
            });
        }
        layout.column(edge);
        layout.span(1, Margin::Edge, Align::Left, |_| {});
    }
    layout.row();
    for column in 0..columns {
        layout.column(start(column));
        layout.span(CENTER, Margin::Rule, Align::Center, |text| {
            text.push_str(&visible(table.unit()));
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

fn lay_out_comparison(table: &Table<'_>, cell: Cell<'_>, layout: &mut Layout, notes: &Footnotes) {
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
