//! The heap profiles of dhat and of valgrind's DHAT.

use std::fs;

use benchfmt::import::{Defect, Recording, Tool, dhat};

use crate::{assert_reads_back, data, recordings, value};

fn parse(text: &str) -> Result<Recording, Defect> {
    dhat::parse(text.as_bytes())
}

fn heap(points: &str) -> String {
    format!(r#"{{"dhatFileVersion":2,"mode":"rust-heap","cmd":"a b","pps":[{points}],"ftbl":[]}}"#)
}

/// A program that keeps five vectors of 100 to 500 bytes in a vector of 24 bytes each, and makes
/// one of 8000 bytes three times, which is dropped. dhat said: 25,620 bytes in 9 blocks in all,
/// 9,620 at the peak, 1,620 at the end.
#[test]
fn the_totals_are_those_of_the_program() {
    let recording = &recordings("dhat")[0];
    assert_eq!(recording.tool, Tool::Dhat);
    for (unit, expected) in [
        ("allocs/op", 9.0),
        ("B/op", 25_620.0),
        ("peak-B", 9_620.0),
        ("retained-B", 1_620.0),
    ] {
        assert_eq!(value(recording, unit), Some(expected), "{unit}");
    }
    assert_eq!(recording.summary().iterations, 1);
    assert_reads_back(recording);
}

/// valgrind said of `echo hi`: 22,995 bytes in 201 blocks in all, 16,092 at the peak, 0 at the end.
#[test]
fn valgrinds_own_files_are_read() {
    let recordings = recordings("dhat/valgrind.json");
    let [recording] = recordings.as_slice() else {
        panic!("{recordings:?}")
    };
    assert_eq!(recording.name, "echo");
    assert_eq!(recording.command.as_deref(), Some("bin/echo hi"));
    let of = |unit| value(recording, unit).unwrap();
    assert_eq!(
        ["allocs/op", "B/op", "peak-B", "retained-B"].map(of),
        [201.0, 22_995.0, 16_092.0, 0.0]
    );
}

#[test]
fn a_folder_names_the_profile_in_it() {
    let names = |path: &str| -> Vec<String> {
        let recordings = recordings(path).into_iter();
        recordings.map(|recording| recording.name).collect()
    };
    assert_eq!(names("dhat"), ["items=5"]);
    // Else the program does.
    assert_eq!(names("dhat/items=5"), ["heap"]);
    assert_eq!(names("dhat/items=5/dhat-heap.json"), ["heap"]);
}

#[test]
fn the_program_is_named_without_folder_and_hash() {
    for (command, name) in [
        (
            "target/release/deps/allocs-6bd24d51fdcc9884 --bench x",
            "allocs",
        ),
        ("target\\\\release\\\\my-tool.exe", "my-tool"),
        ("plain", "plain"),
        ("build/the-cafe", "the-cafe"),
        ("a%20b-0123456789abcdef", "a%2520b"),
        ("", ""),
    ] {
        let text = heap("").replace("a b", command);
        assert_eq!(parse(&text).unwrap().name, name, "{command}");
    }
}

#[test]
fn a_program_that_allocates_nothing_has_zeros() {
    let recording = parse(&heap("")).unwrap();
    assert_eq!(value(&recording, "allocs/op"), Some(0.0));
    assert_eq!(value(&recording, "B/op"), Some(0.0));
}

#[test]
fn malformed_profiles_are_errors_with_their_place() {
    let point = r#"{"tb":1,"tbk":1,"gb":1,"eb":0}"#;
    assert!(parse(&heap(point)).is_ok());
    let max = r#"{"tb":18446744073709551615,"tbk":1,"gb":1,"eb":0}"#;
    for (text, message) in [
        (String::new(), "the file is empty"),
        (
            heap("")[..50].to_owned(),
            "1:50: EOF while parsing a string",
        ),
        (
            heap("").replace(":2", ":3"),
            "1:20: invalid value: integer `3`, expected dhatFileVersion 2",
        ),
        (
            heap("").replace("rust-heap", "copy"),
            "1:34: unknown variant `copy`, expected `heap` or `rust-heap`",
        ),
        (
            heap("").replace("rust-heap", "\\u001b[2J"),
            "1:39: unknown variant `\\u{1b}[2J`, expected `heap` or `rust-heap`",
        ),
        (
            heap(r#"{"tb":1,"tbk":1,"eb":0}"#),
            "1:82: missing field `gb`",
        ),
        (
            heap(&point.replace("\"gb\":1", "\"gb\":-1")),
            "1:82: invalid value: integer `-1`, expected u64",
        ),
        (
            heap(&point.replace("\"gb\":1", "\"gb\":1e400")),
            "1:85: number out of range",
        ),
        (
            heap(&format!("{max},{point}")),
            "1:140: a sum over the program points does not fit 64 bits",
        ),
        (
            "[]".to_owned(),
            "1:2: invalid length 0, expected a heap profile of dhat",
        ),
    ] {
        assert_eq!(parse(&text).unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn a_profile_of_events_is_an_error() {
    let text = fs::read(data("dhat-ad-hoc.json")).unwrap();
    assert_eq!(
        dhat::parse(&text).unwrap_err().to_string(),
        "3:16: unknown variant `ad-hoc`, expected `heap` or `rust-heap`"
    );
}
