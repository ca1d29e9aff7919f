//! The page of latencies, from results whose ratios are known.

use benchfmt::{Benchmark, Reader, Record};
use benchstat::Collection;
use report::LatencyPage;

/// Ten rounds: in each a variant has this share of naive's p99, which moves from round to round.
fn rounds(row: &str, shares: &[(&str, f64)]) -> String {
    let mut text = String::from("generator: kept up\n");
    text += "Unit p99-sec better=lower\nUnit req/s better=higher\n";
    for (at, (variant, share)) in shares.iter().enumerate() {
        let mut order = [3, 7, 1, 9, 0, 4, 8, 2, 6, 5];
        // The lines of a variant need not be in the order of another's.
        order.rotate_left(at);
        for round in order {
            let naive = 0.010 * (1.0 + f64::from(round));
            text += &format!(
                "round: {round}\nBenchmarkLoad/{row}/variant={variant} 100 {} p99-sec {} req/s\n",
                naive * share,
                1000.0 / share
            );
        }
    }
    text
}

fn collection(text: &str) -> (Collection, Vec<Benchmark>) {
    let mut collection = Collection::default();
    collection
        .read("latency", "latency", text.as_bytes())
        .unwrap();
    let mut reader = Reader::new(text.as_bytes(), "latency");
    let mut runs = Vec::new();
    while let Some(record) = reader.next_record().unwrap() {
        if let Record::Result(result) = record {
            runs.push(result.to_benchmark());
        }
    }
    (collection, runs)
}

fn page_of(load: &str, story: &str) -> String {
    let ((load, runs), (story, story_runs)) = (collection(load), collection(story));
    LatencyPage::new((&load, &runs), (&story, &story_runs))
        .unwrap()
        .markdown()
}

fn page(shares: &[(&str, f64)]) -> String {
    let load = rounds("route=data/rate=10000", shares);
    let story = rounds("route=invoices/items=1000/rate=2600", shares);
    page_of(&load, &story)
}

#[test]
fn a_ratio_is_of_one_round_and_shown_with_and_without_what_fell_behind() {
    // Naive goes up and the other down: sorted apart, the ratios would be others. The last round is disturbed.
    let mut text = String::from("generator: kept up\n");
    for (variant, values) in [
        ("naive", [1.0, 2.0, 4.0, 4.0]),
        ("pooled", [8.0, 6.0, 2.0, 1.0]),
    ] {
        for (round, value) in values.into_iter().enumerate() {
            let generator = if round == 3 {
                "fell behind: 9 of 100 requests"
            } else {
                "kept up"
            };
            text += &format!(
                "generator: {generator}\nround: {round}\nBenchmarkLoad/route=data/rate=1/variant={variant} 1 {value} p99-sec\n"
            );
        }
    }
    let page = page_of(&text, &text);
    // 8, 3, a half and a quarter: the median is 1.75; without the last, 3.
    let said = "- `pooled`: p99 +75 % (no interval, 4 rounds); where the generator kept up with both, p99 +200 % \
         (no interval, 3 rounds)";
    assert!(page.contains(said), "{page}");
    assert!(page.contains("is not decided for `pooled`."), "{page}");
    assert!(
        page.contains("fell behind in some runs: `naive` in 1 of 4, `pooled` in 1 of 4."),
        "{page}"
    );
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
        page.contains("holds for `preallocated`, does not hold for `pooled`."),
        "{page}"
    );
    assert!(
        page.contains(
            "p99-sec at `rate=10000`, `preallocated`: 0.25 times Go's (0.25 to 0.25, 10 rounds)"
        ),
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
        page.contains("interval, does not hold for `pooled` and `preallocated`."),
        "{page}"
    );
    assert!(!page.contains("Go"), "{page}");
}

#[test]
fn what_pooling_buys_is_said_for_each_allocator() {
    let mut text = rounds("route=data/rate=10000", &[("naive", 1.0)]);
    for (allocator, share) in [("glibc", 0.8), ("mimalloc", 1.0)] {
        for (variant, own) in [("naive", 1.0), ("pooled", share)] {
            for round in 0..8 {
                let time = f64::from(1 + round) * own;
                text += &format!(
                    "round: {round}\nBenchmarkLoad/route=data/rate=max/variant={variant}/allocator={allocator} 1 {time} cpu-sec/req\n"
                );
            }
        }
    }
    let page = page_of(&text, &text);
    for line in [
        "- glibc, `Load/route=data/rate=max`: -20 % (-20 to -20 %, 8 rounds)",
        "- mimalloc, `Load/route=data/rate=max`: +0 % (+0 to +0 %, 8 rounds)",
    ] {
        assert!(page.contains(line), "{line}\n{page}");
    }
}

#[test]
fn there_is_no_page_without_results() {
    let empty = Collection::default();
    assert!(LatencyPage::new((&empty, &[]), (&empty, &[])).is_err());
}
