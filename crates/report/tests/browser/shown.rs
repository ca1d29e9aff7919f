//! What the page shows is what benchstat computes, for any filter and projection.

use benchstat::{Cell, Collection, Expressions, Query, Table, common_scale};
use fastrand::Rng;
use serde_json::{Value, json};

use crate::driver::Browser;
use crate::{collection, encoded, page};

/// Filters, rows and columns.
const QUERIES: [(&str, &str, &str); 14] = [
    ("*", ".fullname", ".file"),
    (".name:A", ".fullname", "/variant"),
    (".name:A OR .name:B", ".name", "/items"),
    (
        "/items:/^1/ -/variant:naive",
        "/items@num",
        "/variant@(pooled naive arena) .file",
    ),
    (
        "(.name:A OR .unit:B/op) .file:(old OR new)",
        ".name /items@alpha",
        "cpu",
    ),
    ("-(.unit:sec/op OR /variant:arena)", ".fullname", ""),
    (".unit:/op$/ AND -/text:/./", ".config", ".name"),
    (
        "cpu:\"a b\" .fullname:/items=(1|20)[0-9]*\\//",
        "/variant@alpha",
        ".file@(new old)",
    ),
    (".file:new", "/gomaxprocs", "/variant"),
    ("*", "", ".file"),
    (
        ".unit:(sec/op OR req/s) --.name:B",
        "/text .name",
        "/items@num",
    ),
    ("* -.unit:req/s (* OR .name:C)", "/items@(20 3 1k)", ".file"),
    ("/items:\"1k\"", ".fullname,/variant", "cpu@num"),
    (".name:Nothing", ".fullname", ".file"),
];

/// Results of all shapes: few values and many, ties, exact units, zeros, a configuration that differs.
fn results(random: &mut Rng) -> Collection {
    let mut inputs = Vec::new();
    for label in ["old", "new"] {
        let mut text = String::from(
            "Unit B/op assume=exact better=lower\nUnit req/s better=higher\nUnit sec/op better=lower\n",
        );
        for cpu in ["a b", "c 10"] {
            text += &format!("cpu: {cpu}\n");
            for name in ["A", "B", "C"] {
                for items in ["1", "3", "20", "1k"] {
                    for variant in ["naive", "pooled", "arena"] {
                        for (suffix, odds) in [("", 0.9), ("/text=long", 0.3), ("-8", 0.3)] {
                            if random.f64() > odds {
                                continue;
                            }
                            let count = match random.u32(0..40) {
                                0 => 60,
                                1 => 33,
                                _ => random.usize(1..13),
                            };
                            let scale = 10_f64.powi(random.i32(-9..3));
                            let has_ties = random.f64() < 0.3;
                            for _ in 0..count {
                                let mut time = scale * (1.0 + random.f64());
                                if has_ties {
                                    time = scale * f64::from(random.u32(1..4));
                                }
                                let bytes = random.u32(0..4) / 2 * random.u32(1..3000);
                                text += &format!(
                                    "Benchmark{name}/items={items}/variant={variant}{suffix} 1 {time} sec/op {bytes} B/op {} req/s\n",
                                    1.0 / time
                                );
                            }
                        }
                    }
                }
            }
        }
        inputs.push((label, text));
    }
    let inputs: Vec<_> = inputs
        .iter()
        .map(|(label, text)| (*label, text.as_str()))
        .collect();
    collection(&inputs)
}

/// The rows of a table as the page has them: values, and from the second column on how they compare.
fn expected(table: &Table<'_>) -> Value {
    let class = benchfmt::class(table.unit());
    let columns = table.columns().len();
    let rows = table.rows().map(|row| {
        let scale = common_scale(row.cells().map(|cell| cell.summary().center), class);
        let value = |cell: Cell<'_>| {
            let summary = cell.summary();
            format!("{} ± {}", scale.format(summary.center), summary.spread())
        };
        let mut texts = vec![row.key().to_string()];
        for place in 0..columns {
            let cell = row.cell(place);
            texts.push(cell.map(value).unwrap_or_default());
            if place > 0 {
                let comparison = cell.and_then(Cell::comparison);
                let text = comparison.map(|own| format!("{} ({own})", own.delta()));
                texts.push(text.unwrap_or_default());
            }
        }
        texts
    });
    json!(rows.collect::<Vec<_>>())
}

#[test]
fn every_table_is_the_one_that_benchstat_makes() {
    let Some(browser) = Browser::start() else {
        return;
    };
    let mut random = Rng::with_seed(20);
    let collection = results(&mut random);
    let html = page(&collection).html();
    let path = browser.open(&html, "");
    let mut seen = 0;
    for (filter, row, col) in QUERIES {
        let tables = Query::new(&Expressions {
            filter,
            table: "",
            row,
            col,
            ignore: ".config .fullname .file",
        })
        .unwrap()
        .tables(&collection);
        for table in &tables {
            let fragment = format!(
                "#filter={}&row={}&col={}&unit={}",
                encoded(filter),
                encoded(row),
                encoded(col),
                encoded(table.unit())
            );
            browser.go(&path, &fragment);
            let shown = browser.run(
                "document.querySelector('#results + .more').click();\n\
                 return [...document.querySelectorAll('#results tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))",
            );
            assert_eq!(
                shown,
                expected(table),
                "{filter} {row} {col} {}",
                table.unit()
            );
            seen += table.rows().len();
        }
        if tables.is_empty() {
            browser.go(&path, &format!("#filter={}", encoded(filter)));
            let said = browser.run("return document.getElementById('status').textContent");
            assert_eq!(said, "no result matches");
        }
    }
    assert!(seen > 300, "{seen} rows");
    browser.assert_quiet();
}
