//! What a reader makes of text.

use benchfmt::{Malformed, Metadata, NumberError, Reader, Record, UnitLine};
use proptest::prelude::*;

/// Results as `name iterations value unit ...`, other records as they display, one a line.
fn read(text: &[u8]) -> Vec<String> {
    let mut reader = Reader::new(text, "file");
    let mut records = Vec::new();
    while let Some(record) = reader.next_record().unwrap() {
        records.push(match record {
            Record::Result(result) => {
                let mut line = format!("{} {}", result.name(), result.iterations());
                for measured in result.measurements() {
                    line.push_str(&format!(" {:?} {}", measured.value, measured.unit));
                }
                line
            }
            Record::Unit(line) => format!("Unit {} {}={}", line.unit, line.key, line.value),
            Record::Malformed(error) => error.to_string(),
        });
    }
    records
}

#[test]
fn results_have_name_iterations_and_values() {
    assert_eq!(
        read(b"BenchmarkA/b=1-8 \t 100\t12.5 x/op  3 B/op\t\n"),
        ["A/b=1-8 100 12.5 x/op 3.0 B/op"],
    );
    assert_eq!(read(b"Benchmark 1 2 x"), [" 1 2.0 x"]);
    assert_eq!(read(b"Benchmarklower -5 2 x"), ["lower -5 2.0 x"]);
    assert_eq!(
        read("BenchmarkÜ\u{a0}+1\u{2003}2 µs".as_bytes()),
        ["Ü 1 2.0 µs"]
    );
}

#[test]
fn lines_end_in_any_way() {
    let expected = ["A 1 1.0 x", "B 1 2.0 x"];
    assert_eq!(read(b"BenchmarkA 1 1 x\nBenchmarkB 1 2 x\n"), expected);
    assert_eq!(read(b"BenchmarkA 1 1 x\r\nBenchmarkB 1 2 x\r\n"), expected);
    assert_eq!(read(b"BenchmarkA 1 1 x\n\n\nBenchmarkB 1 2 x"), expected);
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_line() {
    let expected = ["A 1 1.0 x", "B 1 2.0 x"];
    let text = "\u{feff}BenchmarkA 1 1 x\nBenchmarkB 1 2 x\n";
    assert_eq!(read(text.as_bytes()), expected);
    assert_eq!(read(text.replace('\n', "\r\n").as_bytes()), expected);
    assert_eq!(
        read("\u{feff}Unit x better=lower".as_bytes()),
        ["Unit x better=lower"]
    );
    assert_eq!(read("\u{feff}".as_bytes()), [""; 0]);
    // Elsewhere it is a character like others.
    assert_eq!(
        read("BenchmarkA 1 1 x\n\u{feff}BenchmarkB 1 2 x\n".as_bytes()),
        ["A 1 1.0 x"]
    );
}

#[test]
fn other_lines_are_passed_over() {
    let text = b"PASS\nok  \texample 1.2s\n--- FAIL: TestX\nUnits are\nKey: v\nkey with: v\nk:v\n: v\nBenchmarkA\n";
    assert_eq!(read(text), [""; 0]);
}

#[test]
fn names_alone_are_passed_over_only_without_space_behind_them() {
    assert_eq!(
        read(b"BenchmarkA\nBenchmarkA \n"),
        ["file:2: missing iteration count"]
    );
}

#[test]
fn malformed_lines_are_errors_with_their_place() {
    for (line, message) in [
        ("BenchmarkA 1", "missing measurements"),
        ("BenchmarkA 1 2", "missing units"),
        ("BenchmarkA 1 2 x 3", "missing units"),
        (
            "BenchmarkA 1.5 2 x",
            "parsing iteration count: invalid syntax",
        ),
        (
            "BenchmarkA 99999999999999999999 2 x",
            "parsing iteration count: value out of range",
        ),
        ("BenchmarkA 1 two x", "parsing measurement: invalid syntax"),
        (
            "BenchmarkA 1 1e400 x",
            "parsing measurement: value out of range",
        ),
        (
            "BenchmarkA 1 1e308 MB/s",
            "parsing measurement: value out of range",
        ),
        (
            "BenchmarkA 1 -Inf x",
            "parsing measurement: not a finite number",
        ),
        (
            "BenchmarkA\x07 1 1 x",
            "control character in the benchmark name",
        ),
        (
            "BenchmarkA 1 1 x\u{85}\u{86}",
            "parsing measurement: invalid syntax",
        ),
        ("BenchmarkA 1 1 x\u{86}", "control character in the unit"),
        ("Unit", "missing unit"),
        ("Unit x y", "expected key=value"),
        ("Unit x =y", "expected key=value"),
        ("note: \x1b[1m", "control character in the configuration"),
    ] {
        let text = format!("BenchmarkFirst 1 1 x\n{line}\nBenchmarkLast 1 1 x\n");
        let expected = [
            "First 1 1.0 x",
            &format!("file:2: {message}"),
            "Last 1 1.0 x",
        ];
        assert_eq!(read(text.as_bytes()), expected, "{line:?}");
    }
    assert_eq!(read(b"BenchmarkA\xff 1 1 x"), ["file:1: not UTF-8"]);
    assert_eq!(read(b"BenchmarkA 1 1 \xff"), ["file:1: not UTF-8"]);
    assert_eq!(read(b"cpu: \xff"), ["file:1: not UTF-8"]);
    assert_eq!(
        read(b"\xff\xfeB\0e\0"),
        ["file:1: UTF-16 text, expected UTF-8"]
    );
}

#[test]
fn values_are_read_as_go_reads_them() {
    for (text, value) in [
        ("1", 1.0),
        ("-1.5", -1.5),
        ("+.5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("1.25E-2", 0.0125),
        ("1_000", 1000.0),
        ("0x1.8p1", 3.0),
        ("0X_1P-2", 0.25),
        ("-0x10p0", -16.0),
        ("9007199254740993", 9_007_199_254_740_992.0),
        ("123456789012345678901234567890", 1.234_567_890_123_456_8e29),
        ("0.1e23", 1e22),
        ("1e-320", 1e-320),
    ] {
        assert_eq!(benchfmt::parse_float(text), Ok(value), "{text}");
    }
    for text in [
        "", ".", "-", "e5", "1e", "1e+", "0x1", "0x", "0xp1", "1__0", "_1", "1_", "1_.5", "1,5",
        "--1", "-nan", "0x1p",
    ] {
        assert_eq!(
            benchfmt::parse_float(text),
            Err(NumberError::Syntax),
            "{text}"
        );
    }
    for text in ["NaN", "inf", "+Infinity", "-INF"] {
        assert_eq!(
            benchfmt::parse_float(text),
            Err(NumberError::NotFinite),
            "{text}"
        );
    }
    assert_eq!(benchfmt::parse_float("0x1p2000"), Err(NumberError::Range));
}

#[test]
fn configuration_holds_until_it_is_changed() {
    let text = "goos: linux\npkg:\ta b \nBenchmarkA 1 1 x\npkg:\nBenchmarkB 1 1 x\ngoos: plan9\nBenchmarkC 1 1 x\n";
    let mut reader = Reader::new(text.as_bytes(), "file");
    let mut seen = Vec::new();
    while let Some(Record::Result(result)) = reader.next_record().unwrap() {
        let config: Vec<String> = result
            .config()
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect();
        seen.push(config.join(","));
    }
    assert_eq!(seen, ["goos=linux,pkg=a b ", "goos=linux", "goos=plan9"]);
}

#[test]
fn unreadable_configuration_does_not_leave_the_old_value() {
    let text = "cpu: old\ncpu: \x1b[1m\nBenchmarkA 1 1 x\n";
    let mut reader = Reader::new(text.as_bytes(), "file");
    assert!(matches!(
        reader.next_record().unwrap(),
        Some(Record::Malformed(_))
    ));
    let Some(Record::Result(result)) = reader.next_record().unwrap() else {
        panic!("no result");
    };
    assert_eq!(result.config().get("cpu"), None);
}

#[test]
fn unit_lines_tell_what_is_better_and_exact() {
    let line = |unit: &str, key: &str, value: &str| UnitLine {
        unit: unit.into(),
        key: key.into(),
        value: value.into(),
        line: 1,
    };
    let mut units = Metadata::default();
    assert_eq!(units.better("sec/op"), Some(benchfmt::Better::Lower));
    assert_eq!(units.better("MB/s"), Some(benchfmt::Better::Higher));
    assert_eq!(units.better("x"), None);
    units.add(&line("p99-ns", "better", "lower")).unwrap();
    units.add(&line("p99-sec", "better", "lower")).unwrap();
    assert_eq!(units.better("p99-sec"), Some(benchfmt::Better::Lower));
    let conflict = units.add(&line("p99-sec", "better", "higher")).unwrap_err();
    assert_eq!(
        conflict.to_string(),
        "metadata better of unit p99-sec already set to lower"
    );
    units.add(&line("x", "assume", "exact")).unwrap();
    assert!(units.is_exact("x") && !units.is_exact("y"));
    let unknown = units.add(&line("y", "assume", "normal")).unwrap_err();
    assert!(matches!(
        unknown,
        Malformed::UnknownMetadata { key: "assume", .. }
    ));
    assert!(!units.is_exact("y"));
    units.add(&line("y", "note", "anything")).unwrap();
    assert_eq!(units.get("y", "note"), Some("anything"));
}

/// Gives a few bytes at a time.
struct Drip<'a>(&'a [u8], usize);

impl std::io::Read for Drip<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.1.min(self.0.len()).min(buffer.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

proptest! {
    #[test]
    fn pieces_of_any_size_give_the_same(
        lines in prop::collection::vec("BenchmarkA[bc]? 1 [0-9]{1,3} (ns|B)/op|a: [bc]?|Unit x y=z|.{0,9}", 0..60),
        size in 1_usize..50,
    ) {
        let text = lines.join("\n");
        let mut whole = Reader::new(text.as_bytes(), "file");
        let mut pieces = Reader::new(Drip(text.as_bytes(), size), "file");
        loop {
            let (a, b) = (whole.next_record().unwrap(), pieces.next_record().unwrap());
            prop_assert_eq!(format!("{a:?}"), format!("{b:?}"));
            if a.is_none() {
                break;
            }
        }
    }

    #[test]
    fn floats_are_read_to_the_nearest(text in "-?[0-9]{0,22}(\\.[0-9]{0,22})?([eE][-+]?[0-9]{1,3})?") {
        let expected = text.parse::<f64>();
        match benchfmt::parse_float(&text) {
            Ok(value) => prop_assert_eq!(value.to_bits(), expected.unwrap().to_bits()),
            Err(NumberError::Range) => prop_assert!(expected.unwrap().is_infinite()),
            Err(_) => prop_assert!(expected.is_err(), "{}", text),
        }
    }

    #[test]
    fn hexadecimal_floats_are_read_to_the_nearest(mantissa: u64, exponent in -900..900_i32) {
        // The product with a power of two is exact as long as it is a normal number.
        let value = mantissa as f64 * 2_f64.powi(exponent);
        prop_assert_eq!(benchfmt::parse_float(&format!("{mantissa:#x}p{exponent}")), Ok(value));
    }

    #[test]
    fn shortest_floats_read_back(bits: u64) {
        let value = f64::from_bits(bits);
        prop_assume!(value.is_finite());
        let text = benchfmt::Shortest(value).to_string();
        prop_assert_eq!(benchfmt::parse_float(&text).unwrap().to_bits(), bits, "{}", text);
    }
}
