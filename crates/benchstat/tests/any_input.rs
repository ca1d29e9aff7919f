//! Any bytes, any expressions, any gates: what must hold is in `properties`.

mod properties;

use benchstat::Expressions;
use proptest::prelude::*;
use proptest::sample::select;

use properties::{Question, check_comparison, check_filter, check_gates, check_projection};

/// Lines that are nearly right.
fn lines() -> impl Strategy<Value = String> {
    let result = "Benchmark[A-C]?(/a=[0-9k]*)?(-8)? [0-9]{0,3}\
        ( (-?[0-9]{1,4}(\\.[0-9]{0,3})?(e-?[0-9]{1,3})?|0x1p9|NaN|1_0)[ \t]\
        (ns/op|MB/s|B|é\u{a0}x|)){0,4}";
    let line = prop_oneof![
        result,
        "Benchmark[A-C](/a=[0-9k])? 1 (-?[1-3]|1e308) (ns/op|B)",
        "(goos|pkg|a):[ \t]*[a-c]?",
        "Unit (ns/op|B) ((better|assume)=(lower|exact|x)? ?){0,2}",
        "\\PC{0,20}",
    ];
    prop::collection::vec(line, 0..40).prop_map(|lines| lines.join("\n"))
}

/// Words and signs of both languages, put together as they come.
fn expression() -> impl Strategy<Value = String> {
    const PIECES: [&str; 40] = [
        ".name",
        ".fullname",
        ".file",
        ".config",
        ".unit",
        "/size",
        "/mode",
        "/gomaxprocs",
        "goos",
        "pkg",
        "note",
        "a",
        "Copy",
        "sec/op",
        "B/op",
        "2k",
        "10",
        "\"x y\"",
        "\"\\x41\"",
        "\"",
        "/[0-9]+k?/",
        "/fast|8$/",
        "/(/",
        "AND",
        "OR",
        "-",
        "*",
        ":",
        ":",
        ":",
        "(",
        ")",
        "(",
        ")",
        "@",
        "@alpha",
        "@num",
        ",",
        "é",
        "\u{1b}",
    ];
    let piece = (select(&PIECES[..]), select(&["", " ", " "][..]));
    let pieces = prop::collection::vec(piece, 0..12).prop_map(|pieces| {
        let pieces = pieces
            .into_iter()
            .map(|(piece, blank)| [piece, blank].concat());
        pieces.collect::<String>()
    });
    prop_oneof![pieces, "\\PC{0,20}"]
}

/// Filters that are right.
fn filter() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("*".to_owned()),
        "(\\.name|\\.fullname|\\.file|\\.unit|/size|/mode|/gomaxprocs|goos|pkg):(Copy|Sort|old|sec/op|B/op|2k|fast|8|linux|b|\"\"|/[ao8]/|\\((Sort OR /o/ OR b)\\))",
    ];
    leaf.prop_recursive(4, 16, 3, |inner| {
        (
            inner.clone(),
            select(&["AND", "OR", ""][..]),
            inner,
            any::<bool>(),
        )
            .prop_map(|(a, op, b, not)| {
                let sign = if not { "-" } else { "" };
                format!("{sign}({a} {op} {b})")
            })
    })
}

/// Projections that are right.
fn projection() -> impl Strategy<Value = String> {
    let field = "(\\.name|\\.fullname|\\.file|/size|/mode|/gomaxprocs|goos|pkg|note|none)(@alpha|@num|@first|@\\((2k|fast|old|a| |Copy|Sort)+\\))?|\\.config(@alpha|@num)?";
    prop::collection::vec(field, 0..4).prop_map(|fields| fields.join(","))
}

/// Lines of a file of gates that are nearly right.
fn gates() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "filter = \"(\\.name:Copy|/size:10|goos:linux|\\(|\\*)\"",
        "alpha = (0\\.0|0\\.05|1\\.0|nan|-1\\.0|\"x\")",
        "\\[units\\.\"(sec/op|count/op|\u{1b}|é)\"\\]",
        "(gate|exact) = (true|false|1)",
        "(allow|delta) = (0\\.0|0\\.1|1e300|inf|-0\\.1|nan)",
        "agree = \\[(\"goos\", )?\"pkg\"\\]",
        "\\[\\[(exceptions|accepted)\\]\\]",
        "units = \\[\"(sec|B)/op\"\\]",
        "case = \"Sort\"",
        "unit = \"sec/op\"",
        "value = [0-9]\\.0",
        "reason = \"(why| )?\"",
        "\\PC{0,10}|#[\u{1b}é]",
    ];
    prop::collection::vec(line, 0..14).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn any_bytes_are_compared(
        old in prop::collection::vec(any::<u8>(), 0..400),
        new in prop::collection::vec(any::<u8>(), 0..400),
    ) {
        check_comparison(&old, &new, &Question::default());
    }

    #[test]
    fn nearly_right_lines_are_compared(
        old in lines(),
        new in lines(),
        filter in filter(),
        [table, row, col, ignore] in prop::array::uniform4(projection()),
        alpha in prop_oneof![Just(0.05), -0.5..1.5],
        confidence in prop_oneof![Just(0.95), -0.5..1.5],
    ) {
        check_comparison(old.as_bytes(), new.as_bytes(), &Question::default());
        check_comparison(old.as_bytes(), old.as_bytes(), &Question::default());
        let expressions = Expressions {
            filter: &filter,
            table: &table,
            row: &row,
            col: &col,
            ignore: &ignore,
        };
        let question = Question { expressions, alpha, confidence };
        check_comparison(old.as_bytes(), new.as_bytes(), &question);
    }

    #[test]
    fn any_text_is_an_expression_or_an_error(text in expression()) {
        check_filter(&text);
        check_projection(&text);
    }

    #[test]
    fn filters_keep_and_leave_everything_between_them(filter in filter()) {
        check_filter(&filter);
    }

    #[test]
    fn projections_give_the_same_keys_wherever_they_are_put(projection in projection()) {
        check_projection(&projection);
    }

    #[test]
    fn any_text_is_gates_or_an_error(text in gates()) {
        check_gates(&text);
    }
}
