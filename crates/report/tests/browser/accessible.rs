//! The page against the rules of axe, in light and in dark.

use std::path::Path;

use benchstat::{Gates, judge};
use report::{Chart, ComparisonPage};
use serde_json::{Value, json};

use crate::driver::Browser;
use crate::{collection, page};

/// Where `npm install --prefix target/tools axe-core` puts it.
const AXE: &str = "../../target/tools/node_modules/axe-core/axe.min.js";

/// The rules, as a script; `None`, with a word on why, where they are missing.
fn axe() -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(AXE);
    match std::fs::read_to_string(&path) {
        Ok(script) => Some(script),
        Err(error) => {
            eprintln!("skipped: axe-core: {}: {error}", path.display());
            None
        }
    }
}

fn violations(browser: &Browser, axe: &str) -> Value {
    browser.run(axe);
    browser.wait(
        "axe.run().then(({ violations }) => done(violations.map(({ id, help, nodes }) => \
         [id, help, nodes.map(({ html, failureSummary }) => [html, failureSummary])])), (error) => done(String(error)))",
    )
}

fn compared() -> String {
    let side = |bytes: u32, time: f64| {
        let mut text = String::from("Unit B/op assume=exact better=lower\n");
        for name in ["One", "Two"] {
            for at in 0..8 {
                let time = time + f64::from(at) / 100.0;
                text += &format!("Benchmark{name}/variant=naive 1 {bytes} B/op {time} sec/op\n");
            }
        }
        text
    };
    let collection = collection(&[("base", &side(10, 1.0)), ("head", &side(20, 2.0))]);
    let gates = Gates::parse("[units.'B/op']\ngate = true\n").unwrap();
    let labels = ["base", "head"].map(str::to_owned);
    let verdicts = judge(&collection, &gates, "*", &labels).unwrap();
    ComparisonPage {
        collection: &collection,
        verdicts: (&verdicts, verdicts.outcome(false)),
        alpha: 0.05,
        confidence: 0.95,
        filter: "*",
        explanation: "One/variant=naive\n  B/op 10 → 20\n",
    }
    .html()
    .unwrap()
}

#[test]
fn no_rule_of_axe_is_violated() {
    let (Some(axe), Some(browser)) = (axe(), Browser::start()) else {
        return;
    };
    let text = "BenchmarkOne/variant=naive 1 10 sec/op\nBenchmarkOne/variant=pooled 1 8 sec/op\n";
    let results = collection(&[("here", text)]);
    let chart = Chart {
        name: "a".to_owned(),
        title: "A chart".to_owned(),
        description: "of nothing".to_owned(),
        svg: "<svg role=\"img\" aria-labelledby=\"a-title\"><title id=\"a-title\">A chart</title></svg>".to_owned(),
    };
    let words = ["The fastest is `pooled`.".to_owned()];
    let mut results = page(&results);
    results.words = &words;
    results.views = &[("The variants", "*", "/variant")];
    results.charts = std::slice::from_ref(&chart);
    for html in [results.html(), compared()] {
        for scheme in ["light", "dark"] {
            browser.prefer(scheme);
            browser.open(&html, "#sort=.fullname");
            browser
                .run("document.querySelectorAll('details').forEach((own) => { own.open = true; })");
            assert_eq!(violations(&browser, &axe), json!([]), "{scheme}");
        }
    }
    browser.assert_quiet();
}

#[test]
fn a_comparison_shows_what_regressed_first_and_why() {
    let Some(browser) = Browser::start() else {
        return;
    };
    browser.open(&compared(), "");
    let rows = browser.run(
        "return [...document.querySelectorAll('#verdicts tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))",
    );
    assert_eq!(
        rows[0],
        json!([
            "One/variant=naive",
            "B/op",
            "regressed",
            "10",
            "20",
            "+100.00%",
            "",
            "yes",
            ""
        ])
    );
    assert_eq!(rows.as_array().unwrap().len(), 4);
    let headings =
        browser.run("return [...document.querySelectorAll('h2')].map((own) => own.textContent)");
    assert_eq!(
        headings,
        json!([
            "Verdicts",
            "Where the changes come from",
            "Charts",
            "All results"
        ])
    );
    assert_eq!(
        browser.run("return document.querySelectorAll('svg').length"),
        3
    );
    browser.keys("#search", "Two");
    assert_eq!(
        browser.run("return document.getElementById('verdicts-status').textContent"),
        "2 of 4 verdicts"
    );
    browser.assert_quiet();
}
