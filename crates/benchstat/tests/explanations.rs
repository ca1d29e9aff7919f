//! Where changes come from, told by documents that anyone may have written.

use benchstat::document::{ExplanationView, FunctionView};
use benchstat::{write_explanations, write_explanations_markdown};

fn function(change: i64) -> FunctionView {
    FunctionView {
        name: "handle".to_owned(),
        file: "src/lib.rs".to_owned(),
        change,
        before: 0,
        after: 0,
        calls: [0, 0],
        inlined_before: false,
        inlined: false,
        lines: Vec::new(),
    }
}

fn explanation(case: &str, [before, after]: [u64; 2], changes: &[i64]) -> ExplanationView {
    ExplanationView {
        case: case.to_owned(),
        unit: "instructions/op".to_owned(),
        before,
        after,
        functions: changes.iter().copied().map(function).collect(),
        not_attributed: i64::MIN,
    }
}

fn text(explanations: &[ExplanationView]) -> String {
    let mut text = Vec::new();
    write_explanations(explanations, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn the_largest_changes_are_told_in_full() {
    let all = explanation("A", [u64::MAX, 0], &[i64::MIN; 7]);
    assert_eq!(all.change(), -i128::from(u64::MAX));
    let shown = text(&[all]);
    for line in [
        "18446744073709551615 → 0 (-18446744073709551615)\n",
        "  -18446744073709551616 100.0 %  other functions\n",
        "  -9223372036854775808  50.0 %  not attributed\n",
    ] {
        assert!(shown.contains(line), "{shown}");
    }
    let none = text(&[explanation("A", [7, 7], &[])]);
    assert!(!none.contains("NaN") && !none.contains("inf"), "{none}");
}

/// cmark-gfm counts no further than 255 backticks: of a longer fence they would end the block that it begins.
#[test]
fn no_name_ends_its_block() {
    for count in [3, 31, 32, 254, 255, 256, 257, 1000] {
        let case = "`".repeat(count);
        let mut markdown = Vec::new();
        let explanations = [explanation(&case, [1, 2], &[1])];
        write_explanations_markdown(&explanations, &mut markdown).unwrap();
        let markdown = String::from_utf8(markdown).unwrap();
        let (start, rest) = markdown.split_once("text\n").unwrap();
        let fence = start.lines().last().unwrap();
        assert!(
            fence.len() < 255 && fence.chars().all(|c| c == '`'),
            "{markdown}"
        );
        let ends = rest.lines().filter(|line| {
            let end = line.trim_start();
            line.len() - end.len() < 4 && end.starts_with(fence)
        });
        assert_eq!(ends.count(), 1, "{markdown}");
    }
}
