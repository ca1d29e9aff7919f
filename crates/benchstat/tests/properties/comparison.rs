//! Any two inputs are compared: each value is in one cell, and all that is printed can be read.

use std::collections::HashMap;

use benchfmt::{Benchmark, Reader, Record, UnitLine};
use benchstat::{
    Cell, Collection, Expressions, Gates, Query, QueryError, Row, Style, Table, Verdict, Verdicts,
    judge, write_csv, write_json, write_markdown, write_text, write_verdicts,
    write_verdicts_markdown,
};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{assert_printable, check_error};

/// What is asked of the inputs.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What is compared and how it is arranged.
    pub expressions: Expressions<'a>,
    /// The level of significance.
    pub alpha: f64,
    /// The level of confidence.
    pub confidence: f64,
}

impl Default for Question<'_> {
    fn default() -> Self {
        Self {
            expressions: Expressions::default(),
            alpha: 0.05,
            confidence: 0.95,
        }
    }
}

/// Checks what two inputs give.
///
/// # Panics
///
/// If something does not hold.
pub fn check_comparison(old: &[u8], new: &[u8], question: &Question<'_>) {
    let inputs = [("old", old), ("new", new)];
    let mut collection = Collection::default();
    for (label, input) in inputs {
        collection
            .read(label, label, input)
            .expect("memory does not fail");
    }
    for problem in collection.problems() {
        assert_printable(&problem.to_string());
    }
    let read = inputs.map(|(_, input)| Contents::of(input));
    let results = read.each_ref().map(|contents| &contents.results[..]);
    assert_eq!(collection.len(), results[0].len() + results[1].len());
    let query = match query(question) {
        Ok(query) => query,
        Err(QueryError::Alpha) => return assert!(!(0.0..=1.0).contains(&question.alpha)),
        Err(QueryError::Confidence) => return assert!(!(0.0..=1.0).contains(&question.confidence)),
        Err(error @ QueryError::Expression { flag, .. }) => {
            let Expressions {
                filter,
                table,
                row,
                col,
                ignore,
            } = question.expressions;
            let expression = match flag {
                "filter" => filter,
                "table" => table,
                "row" => row,
                "col" => col,
                _ => ignore,
            };
            return check_error(&error, expression);
        }
    };
    let tables = query.tables(&collection);
    let cells = || tables.iter().flat_map(Table::rows).flat_map(Row::cells);
    let measured: usize = results
        .into_iter()
        .flatten()
        .map(|one| one.measurements.len())
        .sum();
    let arranged: usize = cells().map(|cell| cell.sample().len()).sum();
    assert!(arranged <= measured, "{arranged} of {measured} values");
    if question.expressions == Expressions::default() {
        assert_eq!(arranged, measured);
        check_order(&tables, results);
    }
    tables.iter().for_each(check_table);
    cells().for_each(check_cell);
    check_outputs(&tables);
    let verdicts = verdicts(&collection);
    if old == new {
        let told_apart = verdicts.judgements.iter().find(|row| {
            use Verdict::{Incomparable, Unchanged, Undecided};
            !matches!(row.verdict, Unchanged | Undecided | Incomparable)
        });
        assert!(told_apart.is_none(), "{told_apart:?}");
    }

    // One by one they give the same.
    let mut pushed = Collection::default();
    for ((label, _), contents) in inputs.iter().zip(&read) {
        for result in &contents.results {
            pushed.push(label, result);
        }
        for line in &contents.units {
            // What contradicts an earlier line is a problem of the collection that read it.
            let _ = pushed.add_unit(line);
        }
    }
    assert_eq!(text(&query.tables(&pushed), false), text(&tables, false));
}

fn query(question: &Question<'_>) -> Result<Query, QueryError> {
    Query::new(&question.expressions)?
        .with_alpha(question.alpha)?
        .with_confidence(question.confidence)
}

/// What is in an input.
#[derive(Default)]
struct Contents {
    results: Vec<Benchmark>,
    units: Vec<UnitLine>,
}

impl Contents {
    fn of(input: &[u8]) -> Self {
        let mut reader = Reader::new(input, "input");
        let mut contents = Self::default();
        while let Some(record) = reader.next_record().expect("memory does not fail") {
            match record {
                Record::Result(line) => contents.results.push(line.to_benchmark()),
                Record::Unit(line) => contents.units.push(line),
                Record::Malformed(_) => {}
            }
        }
        contents
    }
}

/// Rows come in the order in which their names are first seen, and the older input first.
fn check_order(tables: &[Table<'_>], results: [&[Benchmark]; 2]) {
    let mut places = HashMap::new();
    for result in results.into_iter().flatten() {
        let next = places.len();
        places.entry(&*result.name).or_insert(next);
    }
    for table in tables {
        let rows = table.rows().map(|row| places[&*row.key().to_string()]);
        assert!(rows.is_sorted());
        let columns: Vec<_> = table
            .columns()
            .map(|column| column.key().to_string())
            .collect();
        assert!(
            ["old new", "old", "new"].contains(&&*columns.join(" ")),
            "{columns:?}"
        );
    }
}

/// No two rows or columns are the same, and none is empty.
fn check_table(table: &Table<'_>) {
    let mut rows: Vec<Vec<_>> = table
        .rows()
        .map(|row| row.key().fields().collect())
        .collect();
    let mut columns: Vec<Vec<_>> = table
        .columns()
        .map(|column| column.key().fields().collect())
        .collect();
    for keys in [&mut rows, &mut columns] {
        let count = keys.len();
        assert!(count > 0);
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), count);
    }
    let columns = table.columns().len();
    let mut used = vec![false; columns];
    for row in table.rows() {
        let places: Vec<_> = row.cells().map(Cell::column).collect();
        assert!(places.is_sorted_by(|a, b| a < b) && !places.is_empty());
        for place in places {
            used[place] = true;
        }
    }
    assert!(used.into_iter().all(|used| used));
}

fn check_cell(cell: Cell<'_>) {
    let sample = cell.sample();
    assert!(sample.is_sorted() && sample.iter().all(|value| value.is_finite()));
    let (least, most) = (sample[0], sample[sample.len() - 1]);
    let summary = cell.summary();
    assert!(
        least <= summary.center && summary.center <= most,
        "{cell:?}"
    );
    assert!(
        summary.low <= summary.center && summary.center <= summary.high,
        "{cell:?}"
    );
    if let Some(comparison) = cell.comparison() {
        // Twice a tail, which with ties may hold more than half.
        assert!((0.0..=2.0).contains(&comparison.p), "{cell:?}");
    }
}

fn check_outputs(tables: &[Table<'_>]) {
    let plain = text(tables, false);
    assert_printable(&plain);
    assert_eq!(without_color(&text(tables, true)), plain);
    let markdown = written(|output| write_markdown(tables, output));
    assert_printable(&markdown);
    check_bars(&markdown);
    let mut notes = Vec::new();
    let csv = written(|output| write_csv(tables, output, &mut notes));
    assert_printable(&csv);
    assert_printable(str::from_utf8(&notes).expect("text"));
    check_csv(tables, &csv);
    check_json(
        tables,
        &written(|output| write_json(tables, None, None, output)),
    );
}

fn text(tables: &[Table<'_>], color: bool) -> String {
    written(|output| write_text(tables, Style { color }, output))
}

fn written(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut output = Vec::new();
    write(&mut output).expect("a vector takes any bytes");
    String::from_utf8(output).expect("text")
}

fn without_color(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, after) = part.split_once('m').expect("a color ends");
        plain.push_str(after);
    }
    plain
}

/// The lines of a Markdown table have the same number of cells.
fn check_bars(markdown: &str) {
    let mut expected = None;
    for line in markdown.lines() {
        if !line.starts_with('|') {
            expected = None;
            continue;
        }
        let bars = line.matches('|').count();
        assert_eq!(*expected.get_or_insert(bars), bars, "{line}");
    }
}

/// Each row is a record with its label and centers, in order.
fn check_csv(tables: &[Table<'_>], csv: &str) {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader
        .has_headers(false)
        .flexible(true)
        .from_reader(csv.as_bytes());
    let mut rows = tables.iter().flat_map(Table::rows);
    let mut row = rows.next();
    for record in reader.records() {
        let record = record.expect("a record");
        let is_of = |row: Row<'_>| {
            record.get(0) == Some(&*row.key().to_string())
                && row.cells().all(|cell| {
                    let place = match cell.column() {
                        0 => 1,
                        column => 4 * column - 1,
                    };
                    let field = record.get(place).map(str::parse);
                    field == Some(Ok(cell.summary().center))
                })
        };
        if row.is_some_and(is_of) {
            row = rows.next();
        }
    }
    assert!(row.is_none(), "no record of {row:?}");
}

/// What a document has of its tables; other fields are passed over.
#[derive(Deserialize)]
struct JsonDocument {
    tables: Vec<JsonTable>,
}

#[derive(Deserialize)]
struct JsonTable {
    unit: String,
    rows: Vec<JsonRow>,
}

#[derive(Deserialize)]
struct JsonRow {
    label: String,
    cells: Vec<JsonCell>,
}

#[derive(Deserialize)]
struct JsonCell {
    n: usize,
    center: f64,
}

/// The document has all tables, rows and cells.
fn check_json(tables: &[Table<'_>], json: &str) {
    let document: JsonDocument = serde_json::from_str(json).expect("JSON");
    assert_eq!(document.tables.len(), tables.len());
    for (found, table) in document.tables.iter().zip(tables) {
        assert_eq!(found.unit, table.unit());
        assert_eq!(found.rows.len(), table.rows().len());
        for (found, row) in found.rows.iter().zip(table.rows()) {
            assert_eq!(found.label, row.key().to_string());
            assert_eq!(found.cells.len(), row.cells().len());
            for (found, cell) in found.cells.iter().zip(row.cells()) {
                assert_eq!(found.n, cell.sample().len());
                let (center, expected) = (found.center, cell.summary().center);
                // The parser is off by a digit at times.
                let most = expected.abs() * 1e-15;
                assert!(
                    (center - expected).abs() <= most,
                    "{center}, not {expected}"
                );
            }
        }
    }
}

/// What the inputs come to without a file of gates.
fn verdicts(collection: &Collection) -> Verdicts {
    let labels = ["old", "new"].map(str::to_owned);
    let verdicts = judge(collection, &Gates::default(), "*", &labels).expect("a star is a filter");
    let outcome = verdicts.outcome(true);
    assert_printable(&written(|output| {
        write_verdicts(&verdicts, Style::default(), output)
    }));
    let markdown = written(|output| write_verdicts_markdown(&verdicts, outcome, output));
    assert_printable(&markdown);
    check_bars(&markdown);
    let json = written(|output| write_json(&[], Some((&verdicts, outcome)), None, output));
    serde_json::from_str::<IgnoredAny>(&json).expect("JSON");
    verdicts
}
