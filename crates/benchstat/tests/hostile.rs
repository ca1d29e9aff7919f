//! Input that means no good: endless lines, millions of units, wide sparse tables.

use std::io::{self, Read};

use benchfmt::Malformed;
use benchstat::statistics::shift_interval;
use benchstat::{
    Collection, Expressions, Gates, Query, Style, Verdict, Verdicts, judge, write_csv, write_text,
    write_verdicts, write_verdicts_markdown,
};

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

/// The results of two sides, and the verdicts on them.
fn compared(gates: &str, base: &str, head: &str) -> (Collection, Verdicts) {
    let mut collection = Collection::default();
    for (label, text) in [("base", base), ("head", head)] {
        collection.read(label, label, text.as_bytes()).unwrap();
    }
    assert_eq!(collection.problems(), []);
    let labels = ["base".to_owned(), "head".to_owned()];
    let gates = Gates::parse(gates).unwrap();
    let verdicts = judge(&collection, &gates, "*", &labels).unwrap();
    (collection, verdicts)
}

fn lines(verdicts: &Verdicts) -> String {
    let mut output = Vec::new();
    write_verdicts(verdicts, Style::default(), &mut output).unwrap();
    String::from_utf8(output).unwrap()
}

const EXACT: &str = "[units.'x/op']\nexact = true\nagree = []\n";

#[test]
fn names_and_units_may_be_longer_than_a_format_is_wide() {
    let long = "x".repeat(70_000);
    let text = |value: u32| {
        format!(
            "Benchmark{long} 1 {value} x/op\nBenchmarkB 1 {value} x/op\nBenchmarkC 1 {value} {long}\n"
        )
    };
    let gates = format!("{EXACT}[units.{long}]\nexact = true\nagree = []\n");
    let (collection, verdicts) = compared(&gates, &text(1), &text(2));
    let shown = lines(&verdicts);
    assert!(
        shown.contains("\nregressed     B  x/op  1 → 2  +100.00%\n"),
        "{}",
        shown.len()
    );
    // A long name makes no other line long.
    assert_eq!(shown.lines().filter(|line| line.len() > 1000).count(), 2);
    let tables = Query::new(&Expressions::default())
        .unwrap()
        .tables(&collection);
    let mut output = Vec::new();
    write_text(&tables, Style::default(), &mut output).unwrap();
    write_csv(&tables, &mut output, &mut io::sink()).unwrap();
    write_verdicts_markdown(&verdicts, verdicts.outcome(false), &mut output).unwrap();
    let filter = format!("{long} ^");
    let error = Query::new(&Expressions {
        filter: &filter,
        ..Expressions::default()
    });
    assert!(error.unwrap_err().to_string().ends_with('^'));
}

#[test]
fn figures_without_a_prefix_are_powers_of_ten() {
    let text = |values: [&str; 3]| {
        let [tiny, huge, small] = values;
        format!(
            "BenchmarkTiny 1 {tiny} x/op\nBenchmarkHuge 1 {huge} x/op\nBenchmarkSmall 1 {small} x/op\n"
        )
    };
    let (_, verdicts) = compared(
        EXACT,
        &text(["5e-324", "1", "1e-30"]),
        &text(["1e308", "2e300", "1.5e-30"]),
    );
    let shown = lines(&verdicts);
    for line in [
        "  4.941e-324 → 1.000e308  beyond all numbers\n",
        "  1e0 → 2e300  +2.00e302%\n",
        "  1.000e-30 → 1.500e-30  +50.00%\n",
    ] {
        assert!(shown.contains(line), "{line:?} in {shown}");
    }
}

#[test]
fn the_ratios_of_large_samples_are_not_written_down() {
    // They would take 80 GB.
    let sample = |first: u32| -> Vec<f64> { (first..first + 100_000).map(f64::from).collect() };
    let (low, high) = shift_interval(&sample(1_000_000), &sample(2_000_000), 0.95).unwrap();
    assert!(0.94 < low && low < high && high < 0.96, "{low} {high}");
}

#[test]
fn twenty_thousand_cases_may_be_renamed() {
    let lines = |of: &dyn Fn(usize) -> String| (0..20_000).map(of).collect::<Vec<_>>().concat();
    let text = |name: &str| lines(&|i| format!("Benchmark{name}{i} 1 {i} x/op\n"));
    let renamed = lines(&|i| format!("[[renamed]]\nfrom = 'Old{i}'\nto = 'New{i}'\n"));
    let (_, verdicts) = compared(&format!("{renamed}{EXACT}"), &text("Old"), &text("New"));
    assert_eq!(verdicts.count(Verdict::Unchanged, true), 20_000);
    assert_eq!(verdicts.judgements.len(), 20_000);
    assert_eq!(verdicts.judgements[7].renamed.as_deref(), Some("Old7"));
}

#[test]
fn what_shows_nothing_is_escaped_in_tables() {
    let text = "key: a\u{ad}b\nBenchmarkA 1 1 ns/op\nBenchmarkA\u{200b} 1 2 ns/op\nBenchmarkA\u{e0041} 1 3 ns/op\n";
    let mut collection = Collection::default();
    collection.read("a", "a", text.as_bytes()).unwrap();
    let tables = Query::new(&Expressions::default())
        .unwrap()
        .tables(&collection);
    let mut output = Vec::new();
    write_text(&tables, Style::default(), &mut output).unwrap();
    let shown = String::from_utf8(output).unwrap();
    for line in ["key: a\\u{ad}b\n", "\nA\\u{200b} ", "\nA\\u{e0041} "] {
        assert!(shown.contains(line), "{line:?} in {shown}");
    }
}
