//! The notes below a table.

use std::io::{self, Write};
use std::ops::Range;

use hashbrown::HashMap;

use crate::note::Note;
use crate::table::Table;

/// The notes of a table, each text once, in the order in which they are first referred to.
#[derive(Debug, Default)]
pub(crate) struct Footnotes {
    texts: Vec<String>,
    numbers: HashMap<String, usize>,
    /// The notes that most cells have, without going through their texts.
    common: Vec<(Note, usize)>,
}

/// More notes than this are looked up by their texts.
const COMMON: usize = 4;

impl Footnotes {
    /// The notes on some rows of a table; with its last row those on its summary.
    pub(crate) fn of(table: &Table<'_>, rows: Range<usize>) -> Self {
        let mut notes = Self::default();
        for row in table.rows().skip(rows.start).take(rows.len()) {
            for cell in row.cells() {
                cell.notes().for_each(|note| notes.add(note));
                cell.comparison_note()
                    .into_iter()
                    .for_each(|note| notes.add(note));
            }
        }
        if rows.end == table.rows().len() && rows.end > 1 {
            for column in table.columns() {
                column
                    .notes()
                    .iter()
                    .for_each(|note| notes.add(note.clone()));
            }
        }
        notes
    }

    /// Adds the notes of the rows that follow.
    pub(crate) fn append(&mut self, rest: Self) {
        let numbers: Vec<usize> = rest
            .texts
            .into_iter()
            .map(|text| self.add_text(text))
            .collect();
        for (note, number) in rest.common {
            if self.common.len() < COMMON && !self.common.iter().any(|(known, _)| *known == note) {
                self.common.push((note, numbers[number - 1]));
            }
        }
    }

    fn add(&mut self, note: Note) {
        if self.common.iter().any(|(known, _)| *known == note) {
            return;
        }
        let number = self.add_text(note.to_string());
        // Values that are equal may have different texts: 0 and -0.
        if self.common.len() < COMMON && !matches!(note, Note::Inexact { .. }) {
            self.common.push((note, number));
        }
    }

    /// The number of a text, counted from 1.
    fn add_text(&mut self, text: String) -> usize {
        *self.numbers.entry_ref(&text).or_insert_with(|| {
            self.texts.push(text.clone());
            self.texts.len()
        })
    }

    fn number(&self, note: &Note) -> usize {
        let common = self.common.iter().find(|(known, _)| known == note);
        match common {
            Some(&(_, number)) => number,
            None => self.numbers.get(&note.to_string()).copied().unwrap_or(0),
        }
    }

    /// Appends references to notes to a text.
    pub(crate) fn push(&self, notes: impl IntoIterator<Item = Note>, text: &mut String) {
        for (at, note) in notes.into_iter().enumerate() {
            if at > 0 {
                text.push(' ');
            }
            push_superscript(self.number(&note), text);
        }
    }

    pub(crate) fn write(&self, output: &mut impl Write) -> io::Result<()> {
        for (at, note) in self.texts.iter().enumerate() {
            let mut number = String::new();
            push_superscript(at + 1, &mut number);
            writeln!(output, "{number} {note}")?;
        }
        Ok(())
    }
}

/// Appends a number in raised digits.
fn push_superscript(number: usize, text: &mut String) {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    if number >= 10 {
        push_superscript(number / 10, text);
    }
    text.push(DIGITS[number % 10]);
}
