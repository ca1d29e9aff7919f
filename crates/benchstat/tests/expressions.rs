//! What filters and projections mean, seen in the tables they give.

use benchstat::{Collection, Expressions, Query};
use proptest::prelude::*;

const RESULTS: &str = "\
goos: linux
pkg: a
BenchmarkCopy/size=2k/mode=fast-8 1 1 ns/op 4 B/op
BenchmarkCopy/size=10/mode=fast-8 1 2 ns/op 4 B/op
BenchmarkCopy/size=1Mi/mode=slow-4 1 3 ns/op 4 B/op
pkg: b
goos:
BenchmarkSort 1 4 ns/op
BenchmarkSort-8 1 5 MB/s
";

fn collection() -> Collection {
    let mut collection = Collection::default();
    collection
        .read("results", "results", RESULTS.as_bytes())
        .unwrap();
    assert!(collection.problems().is_empty());
    collection
}

/// The row labels of all tables, each once, in order.
fn rows(expressions: &Expressions<'_>) -> Vec<String> {
    let collection = collection();
    let tables = Query::new(expressions).unwrap().tables(&collection);
    let mut rows = Vec::new();
    for row in tables.iter().flat_map(benchstat::Table::rows) {
        let label = row.key().to_string();
        if !rows.contains(&label) {
            rows.push(label);
        }
    }
    rows
}

fn filtered(filter: &str) -> Vec<String> {
    rows(&Expressions {
        filter,
        table: "",
        ..Expressions::default()
    })
}

const FAST_2K: &str = "Copy/size=2k/mode=fast-8";
const FAST_10: &str = "Copy/size=10/mode=fast-8";
const SLOW: &str = "Copy/size=1Mi/mode=slow-4";

#[test]
fn filters_match_keys() {
    assert_eq!(filtered("*").len(), 5);
    assert_eq!(filtered("-*").len(), 0);
    assert_eq!(filtered(".name:Sort"), ["Sort", "Sort-8"]);
    assert_eq!(filtered("/mode:slow"), [SLOW]);
    assert_eq!(filtered("\"/mode\":\"slow\""), [SLOW]);
    assert_eq!(filtered("/gomaxprocs:8"), [FAST_2K, FAST_10, "Sort-8"]);
    assert_eq!(filtered("/size:/^[0-9]+k?$/"), [FAST_2K, FAST_10]);
    assert_eq!(filtered("goos:linux -/mode:fast"), [SLOW]);
    assert_eq!(filtered("goos:\"\""), ["Sort", "Sort-8"]);
    assert_eq!(filtered(".file:results").len(), 5);
    assert_eq!(filtered(".fullname:Sort"), ["Sort"]);
}

#[test]
fn operators_bind_as_documented() {
    assert_eq!(
        filtered("/size:10 OR pkg:b .fullname:Sort"),
        [FAST_10, "Sort"]
    );
    assert_eq!(filtered("(/size:10 OR pkg:b) AND .fullname:Sort"), ["Sort"]);
    assert_eq!(filtered("-(/mode:fast OR pkg:b)"), [SLOW]);
    assert_eq!(filtered("/size:(10 OR \"1Mi\")"), [FAST_10, SLOW]);
    assert_eq!(filtered("--/size:10"), [FAST_10]);
}

#[test]
fn units_are_filtered_as_written_and_in_base_units() {
    let units = |filter| -> Vec<String> {
        let query = Query::new(&Expressions {
            filter,
            ..Expressions::default()
        });
        let collection = collection();
        let tables = query.unwrap().tables(&collection);
        let mut units: Vec<String> = tables.iter().map(|table| table.unit().to_owned()).collect();
        units.sort();
        units.dedup();
        units
    };
    assert_eq!(units(".unit:ns/op"), ["sec/op"]);
    assert_eq!(units(".unit:sec/op"), ["sec/op"]);
    assert_eq!(units("-.unit:ns/op"), ["B/op", "B/s"]);
    assert_eq!(units(".unit:(ns/op OR MB/s)"), ["B/s", "sec/op"]);
    assert_eq!(units(".unit:ns/op pkg:b"), ["sec/op"]);
}

fn by_row(row: &str) -> Vec<String> {
    rows(&Expressions {
        row,
        table: "",
        ..Expressions::default()
    })
}

#[test]
fn projections_order_their_values() {
    assert_eq!(by_row("/size"), ["2k", "10", "1Mi", ""]);
    assert_eq!(by_row("/size@alpha"), ["", "10", "1Mi", "2k"]);
    assert_eq!(by_row("/size@num"), ["10", "2k", "1Mi", ""]);
    assert_eq!(by_row("/size@(1Mi 10)"), ["1Mi", "10"]);
    assert_eq!(
        by_row("/mode@alpha,/size@num"),
        ["", "fast 10", "fast 2k", "slow 1Mi"]
    );
    assert_eq!(by_row("/mode /gomaxprocs"), ["fast 8", "slow 4", "", "8"]);
}

#[test]
fn specific_keys_leave_the_general_ones() {
    assert_eq!(
        by_row("/mode,.fullname"),
        [
            "fast Copy/size=2k-8",
            "fast Copy/size=10-8",
            "slow Copy/size=1Mi-4",
            "Sort",
            "Sort-8"
        ],
    );
    assert_eq!(by_row(".name .fullname")[0], "Copy */size=2k/mode=fast-8");
    let without_processors = rows(&Expressions {
        ignore: "/gomaxprocs",
        table: "",
        ..Expressions::default()
    });
    assert_eq!(without_processors[3..], ["Sort"]);
    let tables = Query::new(&Expressions {
        col: "pkg",
        ..Expressions::default()
    });
    let collection = collection();
    let tables = tables.unwrap().tables(&collection);
    let fields: Vec<&str> = tables[0].key().fields().map(|(field, _)| field).collect();
    assert_eq!(fields, ["goos"]);
}

#[test]
fn hidden_differences_are_noted() {
    let notes = |row, ignore| -> Vec<String> {
        let query = Query::new(&Expressions {
            row,
            ignore,
            table: "goos",
            ..Expressions::default()
        });
        let collection = collection();
        let tables = query.unwrap().tables(&collection);
        let cells = tables
            .iter()
            .flat_map(benchstat::Table::rows)
            .flat_map(benchstat::Row::cells);
        let notes = cells
            .flat_map(benchstat::Cell::notes)
            .map(|note| note.to_string());
        let mut notes: Vec<String> = notes.filter(|note| note.contains("vary")).collect();
        notes.dedup();
        notes
    };
    assert_eq!(notes(".fullname", ""), [""; 0]);
    assert_eq!(notes(".name", ""), ["benchmarks vary in .fullname"]);
    assert_eq!(notes("", "pkg")[0], "benchmarks vary in .fullname");
    assert_eq!(notes(".name", ".fullname"), [""; 0]);
}

/// The message for a filter that cannot be parsed, with a caret under its place.
fn filter_error(filter: &str) -> String {
    let expressions = Expressions {
        filter,
        ..Expressions::default()
    };
    Query::new(&expressions).unwrap_err().to_string()
}

#[test]
fn errors_show_the_place() {
    for (filter, message, caret) in [
        ("", "expected key:value or subexpression", 0),
        ("a:b OR", "expected key:value or subexpression", 6),
        ("a", "expected key:value", 0),
        ("(a:b", "missing \")\"", 4),
        ("a:b)", "unexpected \")\"", 3),
        ("a:b @", "unexpected \"@\"", 4),
        ("  a:(b c)", "value list must be separated by OR", 7),
        ("a:(b OR )", "expected value", 8),
        ("a:\"b", "missing end quote", 2),
        ("a:\"\\q\"", "bad escape sequence", 2),
        ("é:/x", "missing close \"/\"", 2),
        (
            "a:/x/y",
            "regexp must be followed by space or an operator (unescaped \"/\"?)",
            5,
        ),
        (".config:x", ".config is only allowed in projections", 0),
        ("\"\":x", "key must not be empty", 0),
    ] {
        let place = " ".repeat(caret);
        let expected = format!("parsing -filter: syntax error: {message}\n\t{filter}\n\t{place}^");
        assert_eq!(filter_error(filter), expected);
    }
    assert!(filter_error("a:/[/").contains("missing close"));
    assert!(filter_error("a:/(?P<x/").contains("missing close"));
    assert!(filter_error("a:/*/").contains("error parsing regexp"));
}

#[test]
fn projection_errors_show_the_place() {
    for (row, message, caret) in [
        (",a", "expected key", 0),
        ("a,,b", "expected key", 2),
        ("a@", "expected named sort order or parenthesized list", 2),
        ("a@()", "nothing to match", 3),
        ("a@(b", "missing )", 4),
        ("a@up", "unknown order \"up\"", 2),
        (".config@(x)", "fixed order not allowed for .config", 8),
        ("a .unit", ".unit is only allowed in filters", 2),
        ("a \"\\x1b[1m\"", "control character in the key", 2),
    ] {
        let expressions = Expressions {
            row,
            ..Expressions::default()
        };
        let place = " ".repeat(caret);
        let expected = format!("parsing -row: syntax error: {message}\n\t{row}\n\t{place}^");
        assert_eq!(Query::new(&expressions).unwrap_err().to_string(), expected);
    }
}

#[test]
fn deep_nesting_is_an_error_and_no_overflow() {
    let deep = "(".repeat(100_000);
    assert!(filter_error(&deep).contains("nested too deeply"));
    let negated = format!("{}a:b", "-".repeat(100_000));
    assert!(filter_error(&negated).contains("nested too deeply"));
}

proptest! {
    #[test]
    fn any_text_is_an_expression_or_an_error(text in "\\PC*|[-a-z.:@/()*,\" \\[\\]ANDOR]*") {
        let collection = collection();
        for expressions in [
            Expressions { filter: &text, ..Expressions::default() },
            Expressions { row: &text, ..Expressions::default() },
            Expressions { table: &text, col: &text, ..Expressions::default() },
        ] {
            match Query::new(&expressions) {
                Ok(query) => drop(query.tables(&collection)),
                Err(error) => prop_assert!(error.to_string().contains("parsing -")),
            }
        }
    }

    #[test]
    fn quoted_words_are_taken_literally(word in "[a-z ():@,/é*-]{0,8}") {
        let filter = format!(".name:\"{word}\"");
        let query = Query::new(&Expressions { filter: &filter, ..Expressions::default() });
        prop_assert_eq!(query.err(), None);
    }
}
