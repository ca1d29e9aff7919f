//! Names that would be more than names.

use std::collections::BTreeSet;

use benchfmt::{Benchmark, Measurement};
use benchstat::{Collection, Gates, judge};
use report::ComparisonPage;

use crate::driver::Browser;

/// What each tries is to set `window.hurt`.
fn names() -> Vec<String> {
    let long = "x".repeat(10_000);
    [
        "A/<script>window.hurt=1</script>",
        "A/</script><script>window.hurt=1</script>",
        "A/<!--<script>",
        "A/\"><img/src=x/onerror=window.hurt=1>",
        "A/'onmouseover='window.hurt=1",
        "A/&lt;b&gt;&amp;",
        "A/a|b`c`|d",
        "A/javascript:window.hurt=1",
        "A/${window.hurt=1}",
        "A/__proto__=1/constructor=2",
        "A/two\nlines",
        "A/\u{202e}turned\u{202c}",
        "A/\u{1b}[31mred",
        "A/\u{200b}hidden",
        "A/\u{2028}\u{2029}]]>",
        &long,
    ]
    .map(str::to_owned)
    .to_vec()
}

/// As a text is shown: what would turn or control others, or be seen as nothing, is escaped.
fn printable(text: &str) -> String {
    let escape = |c: char| match c {
        c if benchfmt::is_obeyed(c) || benchfmt::is_invisible(c) => {
            format!("\\u{{{:x}}}", u32::from(c))
        }
        c => c.to_string(),
    };
    text.chars().map(escape).collect()
}

#[test]
fn hostile_names_are_shown_literally_and_nothing_runs() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let mut collection = Collection::default();
    // Every name as a case, a unit, a key and value of the configuration, and the inputs' label.
    let labels = ["<script>window.hurt=1</script>", "</script>&|\u{202e}"];
    for (label, time) in labels.into_iter().zip([1.0, 2.0]) {
        for name in names() {
            for at in 0..6 {
                let value = time + f64::from(at) / 100.0;
                let measured = [(value, "sec/op"), (time, name.as_str())];
                let measured = measured.map(|(value, unit)| Measurement {
                    value,
                    unit: unit.to_owned(),
                });
                let result = Benchmark {
                    config: [(name.as_str(), name.as_str())].into_iter().collect(),
                    name: name.clone(),
                    iterations: 1,
                    measurements: measured.to_vec(),
                };
                collection.push(label, &result);
            }
        }
    }
    let gates = Gates::parse("[units.'sec/op']\ngate = true\n").unwrap();
    let labels = labels.map(str::to_owned);
    let verdicts = judge(&collection, &gates, "*", &labels).unwrap();
    let explanation = "</pre><script>window.hurt=1</script>\n\u{202e}why";
    let html = ComparisonPage {
        collection: &collection,
        verdicts: (&verdicts, verdicts.outcome(false)),
        alpha: 0.05,
        confidence: 0.95,
        filter: "*",
        explanation,
    }
    .html()
    .unwrap();
    browser.open(&html, "#unit=sec/op");
    let shown = browser.run(
        "return [...document.querySelectorAll('#results tbody th')].map((cell) => cell.textContent)",
    );
    let expected: Vec<String> = names().iter().map(|name| printable(name)).collect();
    assert_eq!(shown, serde_json::json!(expected));
    let judged = browser.run(
        "return [...document.querySelectorAll('#verdicts tbody th')].map((cell) => cell.textContent)",
    );
    let judged: BTreeSet<&str> = judged
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|own| own.as_str())
        .collect();
    assert_eq!(judged, expected.iter().map(String::as_str).collect());
    let why = browser.run("return document.querySelector('pre').textContent");
    assert_eq!(why, "</pre><script>window.hurt=1</script>\n\\u{202e}why");
    // Every header sorts, every unit can be chosen, every link of a view is followed.
    browser.run("document.querySelectorAll('thead button').forEach((button) => button.click())");
    let units = browser.run("return document.getElementById('unit').options.length");
    assert_eq!(units, names().len() + 1);
    for unit in names() {
        browser.run(&format!(
            "location.hash = new URLSearchParams({{unit: {}, row: '.fullname', col: '.file'}}).toString()",
            serde_json::Value::from(unit)
        ));
    }
    browser.wait("setTimeout(done, 300)");
    assert_eq!(browser.run("return typeof window.hurt"), "undefined");
    assert_eq!(browser.run("return document.scripts.length"), 2);
    assert_eq!(browser.run("return document.images.length"), 0);
    browser.assert_quiet();
}
