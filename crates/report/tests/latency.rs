//! The page of latencies, from results whose ratios are known.

use benchstat::Collection;
use report::LatencyPage;

/// Ten rounds: round by round each variant has this share of naive's p99, and naive's itself doubles on the way.
fn rounds(row: &str, shares: &[(&str, f64)]) -> Collection {
    let mut text = String::from("Unit p99-sec better=lower\nUnit req/s better=higher\n");
    for round in 0..10 {
        let naive = 0.010 * (1.0 + f64::from(round) / 10.0);
        for (variant, share) in shares {
            text += &format!(
                "BenchmarkLoad/{row}/variant={variant} 100 {} p99-sec {} req/s\n",
                naive * share,
                1000.0 / share
            );
        }
    }
    let mut collection = Collection::default();
    collection
        .read("latency", "latency", text.as_bytes())
        .unwrap();
    collection
}

fn page(shares: &[(&str, f64)]) -> String {
    let load = rounds("route=data/rate=10000", shares);
    let story = rounds("route=invoices/items=1000/rate=2600", shares);
    LatencyPage::new(&load, &story).unwrap().markdown()
}

#[test]
fn changes_are_of_the_same_round_whatever_drifts() {
    let page = page(&[
        ("naive", 1.0),
        ("pooled", 0.9),
        ("preallocated", 0.5),
        ("go", 2.0),
    ]);
    assert!(
        page.contains("- `pooled`: p99 -10 % (-10 to -10 %, 10 rounds)"),
        "{page}"
    );
    assert!(
        page.contains("- `preallocated`: p99 -50 % (-50 to -50 %, 10 rounds)"),
        "{page}"
    );
    assert!(
        page.contains("The story holds for `preallocated`"),
        "{page}"
    );
    assert!(
        page.contains("p99-sec: 0.25 times Go's (0.25 to 0.25)"),
        "{page}"
    );
}

#[test]
fn a_story_that_does_not_hold_is_said_not_to() {
    let page = page(&[("naive", 1.0), ("pooled", 1.2), ("preallocated", 0.7)]);
    assert!(
        page.contains("- `pooled`: p99 +20 % (+20 to +20 %, 10 rounds)"),
        "{page}"
    );
    assert!(
        page.contains("The story does not hold here: the best, `preallocated`"),
        "{page}"
    );
    assert!(!page.contains("Go"), "{page}");
}

#[test]
fn there_is_no_page_without_results() {
    let empty = Collection::default();
    assert!(LatencyPage::new(&empty, &empty).is_err());
}
