//! The set of changes by which explanations are judged fits the source. The `mutations` example builds and explains them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn each_change_fits_the_source_and_has_a_line_at_fault() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let set: toml::Table = include_str!("../examples/mutations/set.toml")
        .parse()
        .unwrap();
    let mutations = set["mutation"].as_array().unwrap();
    let mut names = BTreeSet::new();
    for mutation in mutations {
        let text = |key: &str| mutation[key].as_str().unwrap();
        let source = fs::read_to_string(root.join(text("file"))).unwrap();
        let (name, before) = (text("name"), text("before"));
        assert_eq!(source.matches(before).count(), 1, "{name}");
        let changed = source.replace(before, text("after"));
        let mut lines = mutation["lines"].as_array().unwrap().iter();
        assert!(
            lines.any(|line| changed.contains(line.as_str().unwrap())),
            "{name}"
        );
        assert!(
            changed.contains(&format!("fn {}", text("function"))),
            "{name}"
        );
        names.insert(name);
    }
    // As many as the bars are stated of.
    assert!(names.len() >= 20, "{names:?}");
}
