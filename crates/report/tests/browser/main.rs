//! The page of HTML in a real browser: what it shows, how it is used, and that it keeps to itself.
//!
//! The tests need chromedriver and Chromium, and say so where these are missing.

mod accessible;
mod driver;
mod hostile;
mod large;
mod shown;
mod used;

use benchstat::Collection;
use report::HtmlPage;

/// A page of results, nothing but them.
fn page(collection: &Collection) -> HtmlPage<'_> {
    HtmlPage {
        title: "Results",
        words: &[],
        collection,
        alpha: 0.05,
        confidence: 0.95,
        col: ".file",
        filter: "*",
        views: &[],
        verdicts: None,
        explanation: None,
        charts: &[],
    }
}

/// A collection of inputs, each a label and a text.
fn collection(inputs: &[(&str, &str)]) -> Collection {
    let mut collection = Collection::default();
    for (label, text) in inputs {
        collection.read(label, label, text.as_bytes()).unwrap();
    }
    assert!(
        collection.problems().is_empty(),
        "{:?}",
        collection.problems()
    );
    collection
}

/// A text as it stands in a fragment.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |encoded, byte| {
        encoded + &format!("%{byte:02X}")
    })
}
