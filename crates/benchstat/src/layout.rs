//! Text in columns: cells, their widths, and the spaces between them.
//!
//! A table may be laid out in parts, each with some of its rows; [`Columns`] are what the parts
//! have in common, and then each part is written on its own.

use std::io::{self, Write};
use std::ops::Range;

/// Where a cell's text stands within its width.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Center,
    Right,
}

/// The colour of a cell on a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Color {
    Plain,
    Green,
    Red,
}

/// What stands before a cell's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Margin {
    None,
    Space,
    /// Between a center and the change against the baseline.
    Gap,
    /// Between a center and its spread.
    PlusMinus,
    /// Between columns of the table, in its header.
    Rule,
    /// After the last one.
    Edge,
}

impl Margin {
    fn text(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Space => " ",
            Self::Gap => "  ",
            Self::PlusMinus => " ± ",
            Self::Rule => " │ ",
            Self::Edge => " │",
        }
    }

    /// In characters.
    fn width(self) -> usize {
        match self {
            Self::None => 0,
            Self::Space => 1,
            Self::Gap | Self::Edge => 2,
            Self::PlusMinus | Self::Rule => 3,
        }
    }
}

/// A cell; its text follows that of the cell before it.
///
/// There are many, and few span columns: how many those do stands apart.
#[derive(Clone, Copy, Debug)]
struct Cell {
    column: u32,
    /// In bytes.
    length: u32,
    /// In characters.
    width: u32,
    margin: Margin,
    align: Align,
    color: Color,
    spans: bool,
}

/// A cell that spans columns.
#[derive(Clone, Copy, Debug)]
struct Spanning {
    column: usize,
    span: usize,
    width: usize,
}

/// Some rows of a text, whose cells are added row by row from left to right.
///
/// Cells without text and margin are not kept: there is nothing to see of them.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    cells: Vec<Cell>,
    text: String,
    /// For each row: where its cells end.
    rows: Vec<usize>,
    column: usize,
    /// The widest margin of each column.
    margins: Vec<u32>,
    /// The width of the widest text of each column among the cells that span no other, and one
    /// more, so that a cell without text counts, too.
    texts: Vec<u32>,
    /// The cells that span columns, in order.
    spanning: Vec<Spanning>,
}

impl Layout {
    /// Makes it empty; the memory it has stays for what comes next.
    pub(crate) fn clear(&mut self) {
        self.cells.clear();
        self.text.clear();
        self.rows.clear();
        self.column = 0;
        self.margins.clear();
        self.texts.clear();
        self.spanning.clear();
    }

    /// Starts a row.
    pub(crate) fn row(&mut self) {
        self.rows.push(self.cells.len());
        self.column = 0;
    }

    /// Moves to a column of the row.
    pub(crate) fn column(&mut self, column: usize) {
        self.column = column;
    }

    /// Adds a cell of one column, with a space before it unless it is the first or empty.
    pub(crate) fn cell(&mut self, align: Align, push: impl FnOnce(&mut String)) {
        self.add(1, Margin::Space, align, Color::Plain, push);
    }

    /// Adds a cell with a margin of its own, which may span columns.
    pub(crate) fn span(
        &mut self,
        span: usize,
        margin: Margin,
        align: Align,
        push: impl FnOnce(&mut String),
    ) {
        self.add(span, margin, align, Color::Plain, push);
    }

    /// Adds a cell with a colour.
    pub(crate) fn colored(&mut self, color: Color, align: Align, push: impl FnOnce(&mut String)) {
        self.add(1, Margin::Space, align, color, push);
    }

    fn add(
        &mut self,
        span: usize,
        margin: Margin,
        align: Align,
        color: Color,
        push: impl FnOnce(&mut String),
    ) {
        let start = self.text.len();
        push(&mut self.text);
        let text = &self.text[start..];
        let margin = match margin {
            Margin::Space if text.is_empty() || self.column == 0 => Margin::None,
            margin => margin,
        };
        let column = self.column;
        self.column += span;
        if text.is_empty() && margin == Margin::None {
            return;
        }
        let width = if text.is_ascii() {
            text.len()
        } else {
            text.chars().count()
        };
        let cell = Cell {
            column: column as u32,
            length: text.len() as u32,
            width: width as u32,
            margin,
            align,
            color,
            spans: span != 1,
        };
        self.cells.push(cell);
        if self.margins.len() < self.column {
            self.margins.resize(self.column, 0);
            self.texts.resize(self.column, 0);
        }
        self.margins[column] = self.margins[column].max(margin.width() as u32);
        if span == 1 {
            self.texts[column] = self.texts[column].max(cell.width + 1);
        } else {
            self.spanning.push(Spanning {
                column,
                span,
                width,
            });
        }
        if let Some(end) = self.rows.last_mut() {
            *end = self.cells.len();
        }
    }

    /// Writes the rows, without spaces at their ends.
    pub(crate) fn write(
        &self,
        columns: &Columns,
        color: bool,
        output: &mut impl Write,
    ) -> io::Result<()> {
        let mut start = 0;
        let mut text = &self.text[..];
        let mut line = String::new();
        let mut spanning = self.spanning.iter();
        for &end in &self.rows {
            let mut offset = 0;
            for cell in &self.cells[start..end] {
                let (own, rest) = text.split_at(cell.length as usize);
                text = rest;
                let spanned = cell.spans.then(|| spanning.next()).flatten();
                let span = spanned.map_or(1, |spanning| spanning.span);
                if is_blank(own)
                    && matches!(cell.margin, Margin::None | Margin::Space | Margin::Gap)
                {
                    continue;
                }
                let color = if color { cell.color } else { Color::Plain };
                offset = columns.push(cell, span, own, color, offset, &mut line);
            }
            start = end;
            line.push('\n');
            output.write_all(line.as_bytes())?;
            line.clear();
        }
        Ok(())
    }
}

/// Where the columns of a text are.
#[derive(Debug)]
pub(crate) struct Columns {
    margins: Vec<usize>,
    /// Where each column starts, with its margin, and where the last one ends.
    offsets: Vec<usize>,
}

impl Columns {
    /// The columns that have room for all cells. A cell that spans columns widens them, except
    /// those that `narrow` names.
    pub(crate) fn new(parts: &[Layout], narrow: impl Fn(usize) -> bool) -> Self {
        let count = parts.iter().map(|part| part.margins.len()).max();
        let mut margins = vec![0; count.unwrap_or(0)];
        let mut texts = vec![0; margins.len()];
        for part in parts {
            let own = part.margins.iter().zip(&part.texts);
            for ((margin, text), (&own_margin, &own_text)) in
                margins.iter_mut().zip(&mut texts).zip(own)
            {
                *margin = (own_margin as usize).max(*margin);
                *text = (own_text as usize).max(*text);
            }
        }
        let mut widths: Vec<usize> = texts
            .iter()
            .zip(&margins)
            .map(|(&text, &margin)| if text == 0 { 0 } else { text - 1 + margin })
            .collect();
        let mut spanning: Vec<&Spanning> = parts.iter().flat_map(|part| &part.spanning).collect();
        spanning.sort_by_key(|cell| cell.span);
        for cell in spanning {
            let columns = cell.column..cell.column + cell.span;
            let wanted = cell.width + margins[cell.column];
            stretch(&mut widths, columns, wanted, &narrow);
        }
        let mut sum = 0;
        let mut offsets = vec![0];
        offsets.extend(widths.iter().map(|width| {
            sum += width;
            sum
        }));
        Self { margins, offsets }
    }

    /// The width of all columns together.
    pub(crate) fn width(&self) -> usize {
        self.offsets.last().copied().unwrap_or(0)
    }

    /// Appends a cell to a line that has reached `offset`: where it ends.
    fn push(
        &self,
        cell: &Cell,
        span: usize,
        text: &str,
        color: Color,
        offset: usize,
        line: &mut String,
    ) -> usize {
        let column = cell.column as usize;
        let (from, to) = (self.offsets[column], self.offsets[column + span]);
        let margin = self.margins[column];
        // A text that was too wide for its columns pushes what follows away by as much as it has
        // taken, not to where it belongs.
        let mut spaces = from.abs_diff(offset) + margin;
        if matches!(cell.margin, Margin::PlusMinus | Margin::Rule | Margin::Edge) {
            push_spaces(line, spaces - cell.margin.width());
            line.push_str(cell.margin.text());
            spaces = 0;
        }
        let width = cell.width as usize;
        // Below zero where the columns do not even hold the margin.
        let room = to as isize - from as isize - margin as isize;
        let before = match cell.align {
            Align::Left => 0,
            Align::Center => ((room - width as isize) / 2).unsigned_abs(),
            Align::Right => usize::try_from(room).unwrap_or(0).saturating_sub(width),
        };
        push_spaces(line, spaces + before);
        push_colored(line, text, color);
        from + margin + before + width
    }
}

/// Widens columns until together they have the width that is wanted: the narrow ones not at all,
/// the others towards the same width.
fn stretch(
    widths: &mut [usize],
    columns: Range<usize>,
    wanted: usize,
    narrow: impl Fn(usize) -> bool,
) {
    if widths[columns.clone()].iter().sum::<usize>() >= wanted {
        return;
    }
    let (narrow, mut wide): (Vec<usize>, Vec<usize>) = columns.partition(|&column| narrow(column));
    let taken: usize = narrow.iter().map(|&column| widths[column]).sum();
    let mut left = wanted.saturating_sub(taken);
    // From the widest on: one that is wider than its part leaves less to the others.
    wide.sort_by_key(|&column| std::cmp::Reverse(widths[column]));
    for (done, &column) in wide.iter().enumerate() {
        let part = left.div_ceil(wide.len() - done);
        widths[column] = widths[column].max(part);
        left = left.saturating_sub(widths[column]);
    }
}

fn is_blank(text: &str) -> bool {
    !matches!(text.as_bytes(), [b'!'..=b'~', ..]) && text.trim_start().is_empty()
}

fn push_spaces(line: &mut String, count: usize) {
    const SPACES: &str = "                                                                ";
    let mut left = count;
    while left > 0 {
        let some = left.min(SPACES.len());
        line.push_str(&SPACES[..some]);
        left -= some;
    }
}

fn push_colored(line: &mut String, text: &str, color: Color) {
    let start = match color {
        Color::Plain => return line.push_str(text),
        Color::Green => "\x1b[32m",
        Color::Red => "\x1b[31m",
    };
    line.push_str(start);
    line.push_str(text);
    line.push_str("\x1b[0m");
}
