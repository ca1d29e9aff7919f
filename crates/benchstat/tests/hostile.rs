//! Input that means no good: endless lines, millions of units, wide sparse tables.

use std::io::{self, Read};

use benchfmt::Malformed;
use benchstat::{Collection, Expressions, Query, Style, write_text};

/// One line that repeats a piece, which it gives from the end to the start.
struct Line {
    piece: &'static [u8],
    left: usize,
}

impl Read for Line {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = buffer.len().min(self.left);
        for byte in &mut buffer[..count] {
            *byte = self.piece[self.left % self.piece.len()];
            self.left -= 1;
        }
        Ok(count)
    }
}

#[test]
fn a_line_of_a_hundred_megabytes_is_an_error_with_its_place() {
    let line = Line {
        piece: b"x",
        left: 100_000_000,
    };
    let after = "\nBenchmarkA 1 1 ns/op\n".as_bytes();
    let mut collection = Collection::default();
    collection
        .read("a", "file", "first\n".as_bytes().chain(line).chain(after))
        .unwrap();
    let problems = collection.problems();
    assert_eq!(problems.len(), 1);
    assert_eq!(
        (problems[0].line, &problems[0].what),
        (2, &Malformed::LineTooLong)
    );
    assert_eq!(collection.len(), 1);
}

#[test]
fn a_million_units_on_a_line_are_an_error() {
    let units = Line {
        piece: b" po/tinu 1",
        left: 10_000_000,
    };
    let mut collection = Collection::default();
    collection
        .read("a", "file", "BenchmarkA 1 ".as_bytes().chain(units))
        .unwrap();
    assert_eq!(collection.problems()[0].what, Malformed::LineTooLong);
    assert!(collection.is_empty());
}

#[test]
fn a_hundred_thousand_units_on_a_line_are_tables() {
    let units = (0..100_000)
        .map(|i| format!(" 1 {i:x}"))
        .collect::<Vec<_>>()
        .concat();
    let mut collection = Collection::default();
    collection
        .read("a", "file", format!("BenchmarkA 1{units}\n").as_bytes())
        .unwrap();
    let tables = Query::new(&Expressions::default())
        .unwrap()
        .tables(&collection);
    assert_eq!(tables.len(), 100_000);
}

#[test]
fn a_diagonal_table_costs_its_cells() {
    let lines = (0..20_000)
        .map(|i| format!("BenchmarkA/i={i} 1 1 ns/op\n"))
        .collect::<Vec<_>>()
        .concat();
    let mut collection = Collection::default();
    collection.read("a", "file", lines.as_bytes()).unwrap();
    let expressions = Expressions {
        row: ".fullname",
        col: "/i",
        ..Expressions::default()
    };
    let query = Query::new(&Expressions {
        row: "/i",
        ..expressions
    })
    .unwrap();
    let tables = query.tables(&collection);
    let cells: usize = tables[0].rows().map(|row| row.cells().len()).sum();
    assert_eq!((tables[0].columns().len(), cells), (20_000, 20_000));
}

#[test]
fn a_configuration_that_grows_forever_is_an_error() {
    let lines = (0..2000)
        .map(|i| format!("key{i}: x\nBenchmarkA 1 1 ns/op\n"))
        .collect::<Vec<_>>()
        .concat();
    let mut collection = Collection::default();
    collection.read("a", "file", lines.as_bytes()).unwrap();
    assert_eq!(
        collection.problems().len(),
        2000 - benchfmt::MAX_CONFIG_KEYS
    );
    assert_eq!(collection.problems()[0].what, Malformed::TooManyConfigKeys);
    assert_eq!(collection.len(), 2000);
}

#[test]
fn nothing_that_a_terminal_obeys_is_printed() {
    let text = "\
note: \u{1b}]0;title\u{7}
Benchmark\u{1b}[2J 1 1 ns/op
BenchmarkA 1 1 \u{9b}31m
BenchmarkB 1 1 ns/op
Unit ns/op better=\u{1b}[1m
";
    let mut collection = Collection::default();
    collection.read("a", "fi\u{1b}le", text.as_bytes()).unwrap();
    let mut output = Vec::new();
    let tables = Query::new(&Expressions::default())
        .unwrap()
        .tables(&collection);
    write_text(&tables, Style::default(), &mut output).unwrap();
    let mut shown = String::from_utf8(output).unwrap();
    for problem in collection.problems() {
        shown.push_str(&problem.to_string());
    }
    assert_eq!(collection.problems().len(), 4);
    assert!(
        !shown.chars().any(|c| c.is_control() && c != '\n'),
        "{shown:?}"
    );
}
