//! A comparison of five thousand rows.

use benchstat::{Gates, judge};
use report::ComparisonPage;

use crate::collection;
use crate::driver::Browser;

const ROWS: usize = 5000;

/// The bars, in milliseconds and bytes.
const OPENS: f64 = 1000.0;
const SORTS: f64 = 100.0;
const SIZE: usize = 3_000_000;

/// The least of several tries: what else the machine does can only add.
fn least(tries: usize, measure: impl Fn() -> f64) -> f64 {
    (0..tries).map(|_| measure()).fold(f64::INFINITY, f64::min)
}

/// A script that sorts a table by a column, and gives how long that took until it was laid out.
fn click(table: &str, column: usize) -> String {
    format!(
        "const start = performance.now();\n\
         document.querySelector('#{table} thead th:nth-child({column}) button').click();\n\
         document.body.offsetHeight;\nreturn performance.now() - start"
    )
}

#[test]
fn five_thousand_rows_open_and_sort_at_once() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let mut random = fastrand::Rng::with_seed(1);
    let mut sides = [String::new(), String::new()];
    for text in &mut sides {
        for row in 0..ROWS {
            for _ in 0..10 {
                let time = 1e-6 * (1.0 + random.f64());
                *text += &format!("BenchmarkCase/number={row}/variant=pooled 1 {time} sec/op\n");
            }
        }
    }
    let collection = collection(&[("base", &sides[0]), ("head", &sides[1])]);
    let gates = Gates::parse("[units.'sec/op']\ngate = false\n").unwrap();
    let labels = ["base", "head"].map(str::to_owned);
    let verdicts = judge(&collection, &gates, "*", &labels).unwrap();
    assert_eq!(verdicts.judgements.len(), ROWS);
    let html = ComparisonPage {
        collection: &collection,
        verdicts: (&verdicts, verdicts.outcome(false)),
        alpha: 0.05,
        confidence: 0.95,
        filter: "*",
        explanation: "",
    };
    let html = html.html().unwrap();
    assert!(html.len() < SIZE, "{} bytes", html.len());
    let path = browser.open(&html, "");
    let opening = least(3, || {
        browser.go(&path, "");
        let time = "return performance.getEntriesByType('navigation')[0].loadEventEnd";
        browser.run(time).as_f64().unwrap()
    });
    assert!(opening < OPENS, "opens in {opening} ms");
    eprintln!(
        "{ROWS} rows in {} bytes: opened in {opening:.0} ms",
        html.len()
    );
    let tables = [("results", 1..=4), ("verdicts", 1..=9)];
    for (table, column) in tables
        .into_iter()
        .flat_map(|(table, columns)| columns.map(move |at| (table, at)))
    {
        let click = click(table, column);
        let sorting = least(3, || browser.run(&click).as_f64().unwrap());
        assert!(sorting < SORTS, "sorts column {column} in {sorting} ms");
        eprintln!("sorted column {column} of the {table} in {sorting:.0} ms");
    }
    let more = "document.querySelector('#results + .more').click();\n\
         return [document.querySelectorAll('#results tbody tr').length, document.getElementById('status').textContent]";
    assert_eq!(
        browser.run(more),
        serde_json::json!([ROWS, "all 5000 rows are shown"])
    );
    // What is seen is sorted at once then, too; the rest follows.
    let sorting = least(3, || browser.run(&click("results", 2)).as_f64().unwrap());
    assert!(sorting < SORTS, "sorts in {sorting} ms");
    eprintln!("sorted with all rows shown in {sorting:.0} ms");
    let count = browser.wait(
        "const rows = document.getElementById('results').tBodies[0].rows;\n\
         const look = () => (rows.length < 5000 ? setTimeout(look, 50) : done(rows.length));\nlook()",
    );
    assert_eq!(count, ROWS);
    browser.assert_quiet();
}
