//! What holds for any input. The tests beside it try random inputs, and `fuzz` tries those that a fuzzer finds.

#![allow(unreachable_pub, reason = "the fuzz targets reach them")]

mod comparison;
mod filter;
mod gates;
mod projection;

use std::sync::LazyLock;

use benchstat::{Collection, QueryError};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

pub use comparison::{Question, check_comparison};
pub use filter::check_filter;
pub use gates::check_gates;
pub use projection::check_projection;

/// Results with names, configurations and units of several kinds, in base units, and all of them read.
static RESULTS: LazyLock<Collection> = LazyLock::new(|| {
    let text = "\
goos: linux
pkg: a
Unit count/op assume=exact better=lower
BenchmarkCopy/size=2k/mode=fast-8 1 1 sec/op 4 B/op
BenchmarkCopy/size=10/mode=fast-8 1 2 sec/op 4 count/op
BenchmarkCopy/size=1Mi/mode=slow-4 1 3 sec/op 4 B/op
BenchmarkCopy/size=1Mi/mode=slow-4 1 4 sec/op 4 B/op
pkg: b
goos:
note: \u{e9} = \"x y\"
BenchmarkSort 1 4 sec/op
BenchmarkSort-8 1 5 B/s
Benchmark/size= 1 6 sec/op
";
    let mut collection = Collection::default();
    for label in ["old", "new"] {
        collection
            .read(label, label, text.as_bytes())
            .expect("memory does not fail");
    }
    assert_eq!(collection.problems(), []);
    collection
});

/// Checks that a terminal shows a text and obeys nothing in it, but for lines and tabs.
fn assert_printable(text: &str) {
    let obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    assert!(!text.contains(obeyed), "{text:?}");
}

/// Checks that the error shows where in the expression it is.
fn check_error(error: &QueryError, expression: &str) {
    let QueryError::Expression { error, .. } = error else {
        panic!("{error} of an expression");
    };
    assert!(expression.is_char_boundary(error.offset));
    let text = error.to_string();
    assert_printable(&text);
    let before = expression[..error.offset]
        .chars()
        .filter(|&c| takes_a_place(c));
    let caret = format!("\t{}^", " ".repeat(before.count()));
    assert_eq!(text.lines().last(), Some(&*caret), "{text}");
    // The message quotes a word at most, a character of which takes ten when it is escaped.
    let most = 12 * expression.len() + 500;
    assert!(text.chars().count() < most, "{text}");
}

/// Whether a character counts for the place of the caret: one that Unicode assigns, and that is no
/// control or format character, line or paragraph separator, or for private use.
fn takes_a_place(c: char) -> bool {
    use GeneralCategory as Category;
    !matches!(
        c.general_category(),
        Category::Control
            | Category::Format
            | Category::LineSeparator
            | Category::ParagraphSeparator
            | Category::PrivateUse
            | Category::Surrogate
            | Category::Unassigned
    )
}
