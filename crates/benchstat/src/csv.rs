//! Tables as comma-separated values.

use std::io::{self, Write};

use benchfmt::Shortest;

use crate::comparison::Delta;
use crate::header::KeyChanges;
use crate::note::Note;
use crate::table::Table;

/// A cell takes two columns of the sheet: center and spread.
const CENTER: usize = 2;
/// And two more if it is compared: change and test.
const DELTA: usize = 2;

/// The column of the sheet where a column of the table starts.
fn start(column: usize) -> usize {
    const LABEL: usize = 1;
    match column {
        0 => LABEL,
        column => LABEL + CENTER + (column - 1) * (CENTER + DELTA),
    }
}

/// Writes tables as comma-separated values, and their notes, each with the cell of the sheet that
/// it is about, to `notes`.
///
/// # Errors
///
/// If one of the outputs fails.
pub fn write_csv(
    tables: &[Table<'_>],
    output: &mut impl Write,
    notes: &mut impl Write,
) -> io::Result<()> {
    let mut sheet = Sheet {
        output,
        notes,
        record: Vec::new(),
        row: 1,
    };
    let mut changes = KeyChanges::default();
    for (at, table) in tables.iter().enumerate() {
        if at > 0 {
            sheet.push("");
            sheet.end_record()?;
        }
        for (field, value) in changes.next(table.key()) {
            sheet.push(format_args!("{field}: {value}"));
            sheet.end_record()?;
        }
        write_table(table, &mut sheet)?;
    }
    Ok(())
}

fn write_table<O: Write, N: Write>(
    table: &Table<'_>,
    sheet: &mut Sheet<'_, O, N>,
) -> io::Result<()> {
    let width = start(table.columns().len());
    let levels = table
        .columns()
        .next()
        .map_or(0, |column| column.key().fields().len());
    for level in 0..levels {
        for column in table.columns() {
            sheet.skip_to(start(column.place()));
            let field = column.key().fields().nth(level);
            sheet.push(field.map_or("", |(_, value)| value));
        }
        sheet.skip_to(width);
        sheet.end_record()?;
    }

    for column in table.columns() {
        sheet.skip_to(start(column.place()));
        sheet.push(table.unit());
        sheet.push("CI");
        if column.place() > 0 {
            sheet.push("vs base");
            sheet.push("P");
        }
    }
    sheet.end_record()?;

    for row in table.rows() {
        sheet.push(row.key());
        for cell in row.cells() {
            sheet.skip_to(start(cell.column()));
            sheet.note(cell.notes())?;
            sheet.push(Shortest(cell.summary().center));
            sheet.push(cell.summary().spread());
            if let Some(comparison) = cell.comparison() {
                sheet.note(cell.comparison_note())?;
                sheet.push(comparison.delta());
                sheet.push(comparison);
            }
        }
        sheet.end_record()?;
    }

    sheet.push("geomean");
    for column in table.columns() {
        sheet.skip_to(start(column.place()));
        sheet.note(column.notes().iter().cloned())?;
        if let Some(mean) = column.mean() {
            sheet.push(Shortest(mean));
        }
        if column.place() > 0 {
            sheet.skip_to(start(column.place()) + CENTER);
            match column.ratio() {
                Some(ratio) => sheet.push(Delta::Relative(ratio - 1.0)),
                None => sheet.push("?"),
            }
        }
    }
    sheet.skip_to(width);
    sheet.end_record()
}

/// A sheet that is written record by record.
struct Sheet<'o, O, N> {
    output: &'o mut O,
    notes: &'o mut N,
    record: Vec<String>,
    /// The row of the record, counted from 1.
    row: usize,
}

impl<O: Write, N: Write> Sheet<'_, O, N> {
    fn push(&mut self, field: impl ToString) {
        self.record.push(field.to_string());
    }

    /// Adds empty fields up to a column.
    fn skip_to(&mut self, column: usize) {
        if self.record.len() < column {
            self.record.resize(column, String::new());
        }
    }

    /// Writes notes on the field that comes next.
    fn note(&mut self, notes: impl IntoIterator<Item = Note>) -> io::Result<()> {
        for note in notes {
            let column = column_name(self.record.len());
            writeln!(self.notes, "{column}{}: {note}", self.row)?;
        }
        Ok(())
    }

    fn end_record(&mut self) -> io::Result<()> {
        for (at, field) in self.record.iter().enumerate() {
            if at > 0 {
                self.output.write_all(b",")?;
            }
            if needs_quotes(field) {
                write!(self.output, "\"{}\"", field.replace('"', "\"\""))?;
            } else {
                self.output.write_all(field.as_bytes())?;
            }
        }
        self.output.write_all(b"\n")?;
        self.record.clear();
        self.row += 1;
        Ok(())
    }
}

/// A field is quoted if a reader would otherwise take it apart or trim it. (`\.` alone ends the
/// input of some databases.)
fn needs_quotes(field: &str) -> bool {
    field == "\\."
        || field.contains([',', '"', '\r', '\n'])
        || field.starts_with(char::is_whitespace)
}

/// The name that spreadsheets give a column, counted from 0: A to Z, AA, AB ...
fn column_name(column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column + 1;
    while left > 0 {
        left -= 1;
        letters.push(char::from(b'A' + (left % 26) as u8));
        left /= 26;
    }
    letters.iter().rev().collect()
}
