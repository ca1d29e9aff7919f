//! Tables as data: what is in them, and that they do not depend on how results are read.

use benchfmt::{Assumption, Benchmark, Better, Measurement, Reader, Record};
use benchstat::{Collection, Delta, Expressions, Note, Query, Spread, Style, Table, write_text};
use proptest::prelude::*;

const OLD: &str = "\
rustc: 1.94.0
Unit instructions/op assume=exact better=lower
BenchmarkA 1 10 ns/op 100 instructions/op
BenchmarkA 1 12 ns/op 100 instructions/op
BenchmarkB 1 0 ns/op
";
const NEW: &str = "\
rustc: 1.95.0
BenchmarkA 1 5 ns/op 90 instructions/op
BenchmarkA 1 7 ns/op 91 instructions/op
BenchmarkC 1 1 ns/op
";

fn collection() -> Collection {
    let mut collection = Collection::default();
    collection.read("old", "old.txt", OLD.as_bytes()).unwrap();
    collection.read("new", "new.txt", NEW.as_bytes()).unwrap();
    collection
}

fn tables(collection: &Collection) -> Vec<Table<'_>> {
    let expressions = Expressions {
        table: "",
        ignore: ".config",
        ..Expressions::default()
    };
    Query::new(&expressions).unwrap().tables(collection)
}

#[test]
fn cells_hold_samples_summaries_and_comparisons() {
    let collection = collection();
    let tables = tables(&collection);
    let [time, instructions] = &tables[..] else {
        panic!("{} tables", tables.len());
    };
    assert_eq!(
        (time.unit(), time.better()),
        ("sec/op", Some(Better::Lower))
    );
    assert_eq!(time.assumption(), Assumption::Nothing);
    assert_eq!(instructions.assumption(), Assumption::Exact);
    let columns: Vec<String> = time
        .columns()
        .map(|column| column.key().to_string())
        .collect();
    assert_eq!(columns, ["old", "new"]);
    let rows: Vec<String> = time.rows().map(|row| row.key().to_string()).collect();
    assert_eq!(rows, ["A", "B", "C"]);

    let row = time.rows().next().unwrap();
    let (old, new) = (row.baseline().unwrap(), row.cell(1).unwrap());
    assert_eq!(old.sample(), [10.0 * 1e-9, 12.0 * 1e-9]);
    assert!(old.comparison().is_none());
    assert_eq!(new.summary().spread(), Spread::Unbounded);
    let comparison = new.comparison().unwrap();
    assert_eq!(
        (comparison.sizes, comparison.delta()),
        ((2, 2), Delta::Insignificant)
    );
    assert!(matches!(
        new.notes().next(),
        Some(Note::TooFewForInterval { need: Some(6), .. })
    ));
    assert!(matches!(
        new.comparison_note(),
        Some(Note::TooFewForTest { need: Some(4), .. })
    ));
    assert!(time.rows().nth(1).unwrap().cell(1).is_none());
    let only_new = time.rows().nth(2).unwrap().cell(1).unwrap();
    assert!(only_new.comparison().is_none());

    let exact = instructions.rows().next().unwrap().cell(1).unwrap();
    assert_eq!(
        exact.notes().collect::<Vec<_>>(),
        [Note::Inexact {
            low: 90.0,
            high: 91.0
        }]
    );
    assert_eq!(exact.comparison().unwrap().delta().to_string(), "-10.00%");
}

#[test]
fn means_say_what_they_leave_out() {
    let collection = collection();
    let tables = tables(&collection);
    let columns: Vec<_> = tables[0].columns().collect();
    assert_eq!(columns[0].mean(), None);
    assert_eq!(columns[0].notes(), [Note::ValuesNotPositive]);
    assert_eq!(columns[1].notes(), [Note::RowsDiffer]);
    let ratio = columns[1].ratio().unwrap();
    assert!((ratio - 6.0 / 11.0).abs() < 1e-12);
}

#[test]
fn cells_know_their_environment() {
    let collection = collection();
    let tables = tables(&collection);
    let row = tables[0].rows().next().unwrap();
    let versions: Vec<Vec<&str>> = row
        .cells()
        .map(|cell| {
            let value = |id| collection.config_value(id, "rustc").unwrap();
            cell.configs().map(value).collect()
        })
        .collect();
    assert_eq!(versions, [["1.94.0"], ["1.95.0"]]);

    let expressions = Expressions {
        col: "",
        table: "",
        ignore: ".config .file",
        ..Expressions::default()
    };
    let merged = Query::new(&expressions).unwrap().tables(&collection);
    let cell = merged[0].rows().next().unwrap().baseline().unwrap();
    assert_eq!((cell.configs().len(), cell.sample().len()), (2, 4));
}

#[test]
fn one_collection_answers_many_queries() {
    let collection = collection();
    let by = |row, col| {
        let expressions = Expressions {
            row,
            col,
            table: "",
            ..Expressions::default()
        };
        Query::new(&expressions).unwrap().tables(&collection)
    };
    assert_eq!(by(".name", ".file")[0].rows().len(), 3);
    assert_eq!(by(".file", ".name")[0].rows().len(), 2);
    assert_eq!(by("", "")[0].rows().len(), 1);
}

/// Results as a file and as values.
fn results() -> impl Strategy<Value = Vec<Benchmark>> {
    let measurement =
        ("[a-c]/op|ns/op|MB/s", -1000..1000_i32).prop_map(|(unit, value)| Measurement {
            value: f64::from(value) / 8.0,
            unit,
        });
    let benchmark = (
        "[A-C](/k=[xy])?(-[48])?",
        prop::collection::vec(measurement, 1..4),
        prop::option::of("[ab]"),
    );
    let benchmark = benchmark.prop_map(|(name, measurements, commit)| Benchmark {
        config: commit
            .map(|commit| ("commit", commit))
            .into_iter()
            .collect(),
        name,
        iterations: 1,
        measurements,
    });
    prop::collection::vec(benchmark, 0..60)
}

fn text(tables: &[Table<'_>]) -> String {
    let mut text = Vec::new();
    write_text(tables, Style::default(), &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

proptest! {
    #[test]
    fn pushed_results_are_like_read_ones(old in results(), new in results()) {
        let mut pushed = Collection::default();
        let mut read = Collection::default();
        for (label, results) in [("old", &old), ("new", &new)] {
            let mut file = Vec::new();
            let mut writer = benchfmt::Writer::new(&mut file);
            for result in results {
                writer.write(result).unwrap();
                pushed.push(label, result);
            }
            read.read(label, label, &file[..]).unwrap();
        }
        for expressions in [
            Expressions::default(),
            Expressions { col: "/k", row: ".name", ..Expressions::default() },
            Expressions { table: "commit", ..Expressions::default() },
        ] {
            let query = Query::new(&expressions).unwrap();
            prop_assert_eq!(text(&query.tables(&pushed)), text(&query.tables(&read)));
        }
    }

    #[test]
    fn every_value_is_in_its_cell(results in results()) {
        let mut file = Vec::new();
        let mut writer = benchfmt::Writer::new(&mut file);
        for result in &results {
            writer.write(result).unwrap();
        }
        let mut collection = Collection::default();
        collection.read("file", "file", &file[..]).unwrap();
        let tables = Query::new(&Expressions::default()).unwrap().tables(&collection);
        // The slow way: all values with this name, unit and configuration, in order.
        let mut values = 0;
        for table in &tables {
            for row in table.rows() {
                let mut expected = Vec::new();
                let mut reader = Reader::new(&file[..], "file");
                while let Some(Record::Result(result)) = reader.next_record().unwrap() {
                    let commit = result.config().get("commit").unwrap_or("");
                    if result.name().full() == row.key().to_string()
                        && commit == table.key().get("commit")
                    {
                        let own = result.measurements().filter(|m| m.unit == table.unit());
                        expected.extend(own.map(|m| m.value));
                    }
                }
                expected.sort_by(f64::total_cmp);
                let cell = row.baseline().unwrap();
                prop_assert_eq!(cell.sample(), &expected[..]);
                values += expected.len();
            }
        }
        let total: usize = results.iter().map(|result| result.measurements.len()).sum();
        prop_assert_eq!(values, total);
    }
}
