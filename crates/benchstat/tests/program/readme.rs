//! What the page that introduces the crate shows is what the program does.

use std::fs;
use std::path::Path;

use benchstat::Gates;

use crate::folder::{Folder, stderr, stdout};

const README: &str = include_str!("../../README.md");

/// The blocks of a language.
fn blocks(language: &str) -> impl Iterator<Item = &str> {
    README
        .split("```")
        .skip(1)
        .step_by(2)
        .filter_map(move |block| block.strip_prefix(language)?.strip_prefix('\n'))
}

#[test]
fn the_first_example_prints_what_is_shown() {
    let (command, shown) = blocks("console").next().unwrap().split_once('\n').unwrap();
    let arguments: Vec<&str> = command.split(' ').skip(2).collect();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/readme/time.txt");
    let folder = Folder::new("readme", &[]);
    fs::copy(data, folder.path("time.txt")).unwrap();
    let output = folder.run(&arguments);
    assert_eq!(stdout(&output), shown, "{}", stderr(&output));
}

#[test]
fn the_gates_are_gates() {
    let gates = Gates::parse(blocks("toml").next().unwrap()).unwrap();
    assert!(gates.rule("A", "sec/op", false).gates);
    assert!(gates.rule("A", "instructions/op", true).gates);
    assert_eq!(
        gates.rule("A/items=1000", "instructions/op", true).allow,
        0.01
    );
}
