//! The charts as files: what is in them for those who cannot see them, and that the same results give the same bytes.

use benchstat::Collection;
use report::{Chart, Page};

/// Results of the handlers at two sizes; `variant` is a name of a parser, which may be anything.
fn results(parser: &str) -> String {
    let mut text = String::from(
        "Unit instructions/op assume=exact\nUnit allocs/op assume=exact\nUnit retained-B assume=exact\n",
    );
    for (items, scale) in [(1, 1.0), (10, 9.0)] {
        for (variant, share) in [("naive", 1.0), ("pooled", 0.8)] {
            for at in 0..8 {
                let time = 1e-6 * scale * share * (1.0 + f64::from(at) / 100.0);
                text += &format!(
                    "BenchmarkInvoice/items={items}/variant={variant} 1 {time} sec/op {} instructions/op 0 allocs/op 64 retained-B\n",
                    1000.0 * scale * share
                );
            }
        }
    }
    text + &format!("BenchmarkParse/parser={parser} 1 1e-6 sec/op\n").repeat(8)
}

fn charts(text: &str) -> Vec<Chart> {
    let mut collection = Collection::default();
    collection
        .read("results", "results", text.as_bytes())
        .unwrap();
    assert!(collection.problems().is_empty());
    let functions = Collection::default();
    let page = Page::new(&collection, &functions).unwrap();
    page.charts().unwrap()
}

fn chart<'c>(charts: &'c [Chart], name: &str) -> &'c Chart {
    charts.iter().find(|chart| chart.name == name).unwrap()
}

#[test]
fn every_chart_says_what_it_shows_and_stands_alone() {
    for Chart {
        name,
        title,
        description,
        svg,
    } in charts(&results("serde_json"))
    {
        assert!(svg.contains(&format!("<title id=\"{name}-title\">{title}</title>")));
        assert!(svg.contains(&format!("id=\"{name}-desc\">")), "{name}");
        assert!(!description.is_empty());
        assert!(svg.contains("prefers-color-scheme:dark"));
        // The name of the format is the only address.
        assert_eq!(svg.matches("http").count(), 1, "{name}");
        assert!(!svg.contains("href") && !svg.contains("url("), "{name}");
    }
}

#[test]
fn the_same_results_give_the_same_bytes() {
    let text = results("serde_json");
    assert_eq!(charts(&text), charts(&text));
    let names: Vec<_> = charts(&text).into_iter().map(|chart| chart.name).collect();
    let expected = [
        "time",
        "instructions",
        "allocations",
        "samples-handlers",
        "samples-parsers",
    ];
    assert_eq!(names, expected);
}

#[test]
fn every_value_of_a_sample_is_drawn() {
    let all = charts(&results("serde_json"));
    let dots = |name| chart(&all, name).svg.matches("<circle").count();
    // Two sizes, two variants, eight values.
    assert_eq!(dots("samples-handlers"), 2 * 2 * 8);
    assert_eq!(dots("samples-parsers"), 8);
}

#[test]
fn names_are_text_whatever_is_in_them() {
    let long = "x".repeat(10_000);
    for (name, shown) in [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;"),
        ("a&b\"c'd", "a&amp;b&quot;c&apos;d"),
        (long.as_str(), "…xxxx"),
    ] {
        let all = charts(&results(name));
        let svg = &chart(&all, "samples-parsers").svg;
        assert!(svg.contains(shown), "{name}");
        assert!(!svg.contains("<script"), "{name}");
        assert!(svg.len() < 20_000, "{} bytes", svg.len());
    }
}

#[test]
fn names_break_no_table() {
    for (name, shown) in [
        ("a|b", "a\\|b"),
        ("<script>", "&lt;script>"),
        ("a`b", "a&#96;b"),
    ] {
        let mut collection = Collection::default();
        collection
            .read("results", "results", results(name).as_bytes())
            .unwrap();
        let functions = Collection::default();
        let page = Page::new(&collection, &functions)
            .unwrap()
            .markdown(&[], None);
        let header = format!("| sec/op | {shown} |\n");
        assert!(page.contains(&header), "{page}");
    }
}

#[test]
fn samples_too_small_for_an_interval_are_drawn_within_the_picture() {
    // A zero, too: no share can be taken of it, and no logarithm.
    let text = "BenchmarkInvoice/items=1/variant=naive 1 0 sec/op 5 instructions/op 0 allocs/op\n\
         BenchmarkInvoice/items=1/variant=pooled 1 2 sec/op 4 instructions/op 0 allocs/op\n\
         BenchmarkInvoice/items=10/variant=naive 1 3 sec/op 0 instructions/op 0 allocs/op\n\
         BenchmarkInvoice/items=10/variant=pooled 1 2 sec/op 4 instructions/op 1 allocs/op\n";
    for Chart { name, svg, .. } in charts(text) {
        let words = svg.split(['"', ' ', ',']);
        for number in words.filter_map(|word| word.parse::<f64>().ok()) {
            assert!((-2000.0..4000.0).contains(&number), "{name}: {number}");
        }
    }
}
