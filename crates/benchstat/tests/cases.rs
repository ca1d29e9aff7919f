//! What the program prints, byte for byte, for recorded inputs and outputs of the reference
//! implementation (golang.org/x/perf at 712aea8): generated inputs, and corners of its rules.
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn prints_what_the_reference_prints() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut folders: Vec<_> = fs::read_dir(&cases)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    assert_eq!(folders.len(), 73, "cases in {}", cases.display());
    for folder in folders {
        let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_benchstat"))
            .args(read("args").lines())
            .current_dir(&folder)
            .output()
            .unwrap();
        let case = folder.display();
        let (stdout, stderr) = (output.stdout, output.stderr);
        assert_eq!(
            String::from_utf8(stdout).unwrap(),
            read("stdout"),
            "stdout of {case}"
        );
        assert_eq!(
            String::from_utf8(stderr).unwrap(),
            read("stderr"),
            "stderr of {case}"
        );
    }
}
