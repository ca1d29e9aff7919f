//! Sides that are not what a gate can judge.

use crate::folder::{Folder, stderr};

const SIDE: &str = "BenchmarkA 1 10 allocs/op\n";
const GATES: &str = "units.'allocs/op' = { exact = true, agree = [] }";

#[test]
fn a_side_without_results_is_refused() {
    let folder = Folder::new(
        "sides",
        &[
            ("some", SIDE),
            ("empty", ""),
            ("page", "<!DOCTYPE html>\n<title>404</title>\n"),
            ("wide", "B\0e\0n\0c\0h\0m\0a\0r\0k\0A\0\n\0"),
            ("gates.toml", GATES),
        ],
    );
    for nothing in ["empty", "page", "wide"] {
        for inputs in [["some", nothing], [nothing, "some"]] {
            let mut arguments = vec!["-gate=gates.toml"];
            arguments.extend(inputs);
            let output = folder.run(&arguments);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}");
            let said = format!("benchstat: {nothing}: no benchmark results to judge\n");
            assert_eq!(stderr(&output), said);
            // Tables show what there is.
            assert_eq!(folder.run(&inputs).status.code(), Some(0));
        }
    }
    // A label may have several inputs: one of them is enough.
    let output = folder.run(&["-gate=gates.toml", "a=some", "b=empty", "b=some"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn a_direction_that_is_turned_around_is_refused() {
    let turned = "goos: linux\nUnit allocs/op better=higher\nBenchmarkA 1 90 allocs/op\n";
    let folder = Folder::new(
        "turned",
        &[("old", SIDE), ("new", turned), ("gates.toml", GATES)],
    );
    let output = folder.run(&["-gate=gates.toml", "old", "new"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        stderr(&output),
        "new:2: better=higher of unit allocs/op, of which lower is better\n\
         benchstat: bad input cannot be judged\n"
    );
    // As the reference, tables take it as it is.
    let output = folder.run(&["old", "new"]);
    assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""));
}

#[test]
fn a_gate_through_which_everything_passes_says_so() {
    let folder = Folder::new(
        "nothing",
        &[
            ("old", SIDE),
            ("new", SIDE),
            ("gates.toml", "units.'allocs'.gate = true"),
        ],
    );
    let output = folder.run(&["-gate=gates.toml", "old", "new"]);
    assert_eq!(output.status.code(), Some(0));
    let said = stderr(&output);
    assert!(said.starts_with("note: no row gates, "), "{said}");
}

#[cfg(unix)]
#[test]
fn paths_that_look_alike_are_two_sides() {
    use std::ffi::OsString;
    use std::os::unix::ffi::OsStringExt as _;

    use benchstat::Input;

    let path = |bytes: &[u8]| OsString::from_vec(bytes.to_vec());
    let inputs = Input::from_arguments(&[path(b"a\xff"), path(b"a\xfe"), path(b"b")]);
    let labels: Vec<_> = inputs.iter().map(|input| &*input.label).collect();
    assert_eq!(labels, ["a\u{fffd}#0", "a\u{fffd}#1", "b"]);
    // What is escaped may look like what is not.
    let inputs = Input::from_arguments(&["a\n", "a\\n"]);
    assert_ne!(inputs[0].label, inputs[1].label);
}
