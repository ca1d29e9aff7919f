//! What is written reads back equal.

use benchfmt::{
    Benchmark, Config, Measurement, Reader, Record, Shortest, UnitLine, WriteError, Writer,
};
use proptest::prelude::*;

/// A word that can stand on a line.
fn word() -> impl Strategy<Value = String> {
    "[!-~]{1,12}|[a-zé日µ/=:-]{1,8}"
}

fn config() -> impl Strategy<Value = Config> {
    let key = "[a-c][a-z0-9_é-]{0,3}";
    let value = "[!-~]([ -~é\t]{0,12}[!-~ ])?|";
    prop::collection::vec((key, value), 0..4).prop_map(|entries| entries.into_iter().collect())
}

fn benchmark() -> impl Strategy<Value = Benchmark> {
    let value = prop_oneof![
        any::<f64>().prop_filter("in any base unit", |v| v.is_finite() && v.abs() < 1e300),
        (0..10_000_i32).prop_map(f64::from),
    ];
    let unit = prop_oneof![word(), "(p99-)?(ns|MB|sec|B)/(op|ns|s)"];
    let measurement = (value, unit).prop_map(|(value, unit)| Measurement { value, unit });
    let name = prop_oneof![word(), Just(String::new())];
    let measurements = prop::collection::vec(measurement, 1..5);
    (config(), name, any::<i64>(), measurements).prop_map(
        |(config, name, iterations, measurements)| Benchmark {
            config,
            name,
            iterations,
            measurements,
        },
    )
}

fn read_back(text: &[u8]) -> Vec<Benchmark> {
    let mut reader = Reader::new(text, "written");
    let mut results = Vec::new();
    while let Some(record) = reader.next_record().unwrap() {
        match record {
            Record::Result(result) => results.push(result.to_benchmark()),
            other => panic!("{other:?}"),
        }
    }
    results
}

proptest! {
    #[test]
    fn results_read_back_equal(results in prop::collection::vec(benchmark(), 0..12)) {
        let mut text = Vec::new();
        let mut writer = Writer::new(&mut text);
        for result in &results {
            writer.write(result).unwrap();
        }
        let read = read_back(&text);
        prop_assert_eq!(&read, &results);
        let mut again = Vec::new();
        let mut writer = Writer::new(&mut again);
        for result in &read {
            writer.write(result).unwrap();
        }
        prop_assert_eq!(again, text);
    }

    #[test]
    fn anything_is_written_so_that_it_reads_back_or_not_at_all(
        name in "\\PC{0,6}|[ -~\u{1b}\t\n]{0,6}",
        unit in "\\PC{0,4}|[ -~\u{1b}\t\n]{0,4}",
        key in "\\PC{0,4}|[a-z :A\t]{0,5}",
        config_value in "\\PC{0,4}|[ -~\u{1b}\t\r\n]{0,4}",
        value in any::<f64>(),
    ) {
        let result = Benchmark {
            config: [(key, config_value)].into_iter().collect(),
            name,
            iterations: 1,
            measurements: vec![Measurement { value, unit }],
        };
        let mut text = Vec::new();
        match Writer::new(&mut text).write(&result) {
            Ok(()) => prop_assert_eq!(read_back(&text), [result]),
            Err(_) => prop_assert!(text.is_empty()),
        }
    }

    #[test]
    fn unit_lines_read_back_equal(unit in word(), key in "[a-z]{1,5}", value in "[!-~]{0,5}") {
        let line = UnitLine { unit, key, value, line: 1 };
        let mut text = Vec::new();
        Writer::new(&mut text).write_unit(&line).unwrap();
        let mut reader = Reader::new(&text[..], "written");
        let Some(Record::Unit(read)) = reader.next_record().unwrap() else {
            panic!("{:?}", String::from_utf8(text));
        };
        prop_assert_eq!(read, line);
    }
}

fn result(name: &str, value: f64, unit: &str) -> Benchmark {
    Benchmark {
        config: Config::default(),
        name: name.into(),
        iterations: 1,
        measurements: vec![Measurement {
            value,
            unit: unit.into(),
        }],
    }
}

#[test]
fn the_order_of_a_configuration_does_not_change_what_is_written_again() {
    // Where the last key takes the place of a removed one depends on when that is done.
    let text = "a: 1\nb: 1\nc: 1\nBenchmarkA 1 1 ns/op\nd: 1\na:\nBenchmarkA 1 1 ns/op\n\
        c: 2\nd: 2\nb: 2\nBenchmarkA 1 1 ns/op\n";
    let write = |text: &[u8]| {
        let mut written = Vec::new();
        let mut writer = Writer::new(&mut written);
        for result in read_back(text) {
            writer.write(&result).unwrap();
        }
        written
    };
    let once = write(text.as_bytes());
    assert_eq!(read_back(&once), read_back(text.as_bytes()));
    assert_eq!(
        String::from_utf8_lossy(&write(&once)),
        String::from_utf8_lossy(&once)
    );
}

#[test]
fn only_changes_of_the_configuration_are_written() {
    let with = |entries: &[(&str, &str)]| Benchmark {
        config: entries.iter().copied().collect(),
        ..result("A", 1.0, "ns/op")
    };
    let mut text = Vec::new();
    let mut writer = Writer::new(&mut text);
    for config in [
        &[("goos", "linux"), ("pkg", "a")][..],
        &[("goos", "linux"), ("pkg", "a")],
        &[("goos", "linux"), ("pkg", "b")],
        &[("pkg", "b")],
    ] {
        writer.write(&with(config)).unwrap();
    }
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "\
goos: linux
pkg: a

BenchmarkA 1 1 ns/op
BenchmarkA 1 1 ns/op

pkg: b

BenchmarkA 1 1 ns/op

goos:

BenchmarkA 1 1 ns/op
",
    );
}

#[test]
fn what_cannot_be_read_back_is_refused() {
    let mut writer = Writer::new(Vec::new());
    assert!(matches!(
        writer.write(&result("A B", 1.0, "x")),
        Err(WriteError::Name(_))
    ));
    assert!(matches!(
        writer.write(&result("A", 1.0, "")),
        Err(WriteError::Unit(_))
    ));
    assert!(matches!(
        writer.write(&result("A", f64::NAN, "x")),
        Err(WriteError::NotFinite(_))
    ));
    assert!(matches!(
        writer.write(&result("A", 1e305, "MB/s")),
        Err(WriteError::NotFinite(_))
    ));
    let nothing = Benchmark::default();
    assert!(matches!(
        writer.write(&nothing),
        Err(WriteError::NoMeasurements(_))
    ));
    let long = result(&"x".repeat(benchfmt::MAX_LINE), 1.0, "x");
    assert!(matches!(writer.write(&long), Err(WriteError::TooLong(_))));
    let line = UnitLine {
        unit: "x".into(),
        key: "a=b".into(),
        value: "c".into(),
        line: 0,
    };
    assert!(matches!(
        writer.write_unit(&line),
        Err(WriteError::Metadata { .. })
    ));
}

/// What Go prints for these numbers; all but one lie in the middle between two shortest texts.
#[test]
fn of_two_texts_that_are_equally_near_the_even_one_is_written() {
    for (exact, text) in [
        ("100000000000000.125", "1.0000000000000012e+14"),
        ("717450481964836.25", "7.174504819648362e+14"),
        ("100000.00048828125", "100000.00048828125"),
        ("8.0000152587890625", "8.000015258789062"),
        ("-8.0000152587890625", "-8.000015258789062"),
        ("8.0000457763671875", "8.000045776367188"),
    ] {
        let value: f64 = exact.parse().unwrap();
        assert_eq!(Shortest(value).to_string(), text);
        assert_eq!(text.parse(), Ok(value));
    }
}
