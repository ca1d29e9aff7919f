//! How the page is used: sorting, filtering, links, the keyboard, and what is said to those who listen.

use serde_json::json;

use crate::driver::Browser;
use crate::{collection, page};

/// Enter, by the protocol.
const ENTER: &str = "\u{e007}";
/// Waits until the page has taken what was typed.
const TYPED: &str = "setTimeout(done, 400)";

const FIRST_COLUMN: &str =
    "return [...document.querySelectorAll('#results tbody th')].map((cell) => cell.textContent)";
const STATUS: &str = "return document.getElementById('status').textContent";

/// What the page is opened with, where nothing else is said.
const VIEW: &str = "#filter=.unit:B/op&col=/variant";

fn opened(fragment: &str) -> Option<Browser> {
    let browser = Browser::start()?;
    let mut text = String::from("Unit B/op assume=exact better=lower\n");
    for (name, bytes) in [("One", 30), ("Two", 10), ("Three", 20)] {
        for variant in ["naive", "pooled"] {
            text += &format!("Benchmark{name}/variant={variant} 1 {bytes} B/op 3 sec/op\n");
        }
    }
    let collection = collection(&[("here", &text)]);
    let html = page(&collection).html();
    browser.open(&html, fragment);
    Some(browser)
}

#[test]
fn a_heading_sorts_by_its_column_and_says_so() {
    let Some(browser) = opened(VIEW) else {
        return;
    };
    assert_eq!(browser.run(FIRST_COLUMN), json!(["One", "Two", "Three"]));
    let heading = "#results thead th:nth-child(2)";
    let sorting = format!("return document.querySelector('{heading}').ariaSort");
    assert_eq!(browser.run(&sorting), "none");
    for (order, direction, said) in [
        (
            ["One", "Three", "Two"],
            "descending",
            "3 rows, sorted by naive, descending",
        ),
        (
            ["Two", "Three", "One"],
            "ascending",
            "3 rows, sorted by naive, ascending",
        ),
        (
            ["One", "Two", "Three"],
            "none",
            "3 rows, in the original order",
        ),
    ] {
        // A button, so that the keyboard reaches it.
        browser.keys(&format!("{heading} button"), ENTER);
        assert_eq!(browser.run(FIRST_COLUMN), json!(order));
        assert_eq!(browser.run(&sorting), direction);
        assert_eq!(browser.run(STATUS), said);
        let focused = "return document.activeElement.textContent";
        assert_eq!(browser.run(focused), "naive", "the focus stays");
    }
    browser.keys("#results thead th:nth-child(1) button", ENTER);
    assert_eq!(browser.run(FIRST_COLUMN), json!(["One", "Three", "Two"]));
    browser.assert_quiet();
}

#[test]
fn what_is_typed_filters_and_regroups_and_what_is_wrong_is_said() {
    let Some(browser) = opened(VIEW) else {
        return;
    };
    browser.keys("#filter", " -.name:Two");
    browser.wait(TYPED);
    assert_eq!(browser.run(FIRST_COLUMN), json!(["One", "Three"]));
    assert_eq!(browser.run(STATUS), "2 rows of B/op");
    browser.keys("#row", ",/variant");
    browser.wait(TYPED);
    assert_eq!(
        browser.run("return document.querySelectorAll('#results tbody tr').length"),
        4
    );

    browser.keys("#filter", " (");
    browser.wait(TYPED);
    let problem = "return document.getElementById('problem').textContent";
    assert_eq!(
        browser.run(problem),
        "expected key:value or subexpression, at character 24"
    );
    assert_eq!(
        browser.run("return document.getElementById('problem').role"),
        "alert"
    );
    assert_eq!(
        browser.run("return document.querySelectorAll('#results tbody tr').length"),
        4
    );
    browser.keys("#filter", "*)");
    browser.wait(TYPED);
    assert_eq!(browser.run(problem), "");
    browser.assert_quiet();
}

#[test]
fn the_link_leads_to_the_view_from_anywhere() {
    let Some(browser) = opened(VIEW) else {
        return;
    };
    browser.keys("#results thead th:nth-child(2) button", ENTER);
    browser.keys("#filter", " -.name:Three");
    browser.wait(TYPED);
    let table = "return document.getElementById('results').textContent";
    let link = browser.run("return document.getElementById('link').href");
    assert_eq!(browser.run("return location.href"), link);
    let before = browser.run(table);
    drop(browser);
    // Another browser, which knows the link alone.
    let fragment = link.as_str().unwrap().split_once('#').unwrap().1;
    let Some(other) = opened(&format!("#{fragment}")) else {
        return;
    };
    assert_eq!(other.run(table), before);
    let filter = "return document.getElementById('filter').value";
    assert_eq!(other.run(filter), ".unit:B/op -.name:Three");
    // A link that is followed within the page.
    other.run("location.hash = 'filter=.name:Two&row=/variant&col='");
    other.wait("setTimeout(done, 100)");
    assert_eq!(other.run(FIRST_COLUMN), json!(["naive", "pooled"]));
    other.assert_quiet();
}
