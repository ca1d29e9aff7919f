//! The page of what stands behind the handler, from results whose ratios are known.

use benchfmt::{Benchmark, Reader, Record};
use report::LadderPage;

fn results(text: &str) -> Vec<Benchmark> {
    let mut reader = Reader::new(text.as_bytes(), "results");
    let mut results = Vec::new();
    while let Some(record) = reader.next_record().unwrap() {
        match record {
            Record::Result(result) => results.push(result.to_benchmark()),
            other => panic!("{other:?}"),
        }
    }
    results
}

/// Seven rounds, each slower than the one before, in which each rung takes a known share of the first.
fn ladder(shares: &[(&str, [f64; 7])]) -> Vec<Benchmark> {
    let mut text = String::new();
    for (rung, shares) in shares {
        let plan = if *rung == "indexed" {
            "SEARCH entries |   BY index"
        } else {
            "SCAN entries"
        };
        for (round, share) in shares.iter().enumerate() {
            let time = share * 0.010 * (1.0 + round as f64);
            text += &format!(
                "round: {round}\nplan: {plan}\nBenchmarkLadder/store=sqlite/rung={rung} 100 {time} sec/op {time} p99-sec {time} cpu-sec/req \
                 1 queries/op {} stage-waiting-for-a-query-sec/op {} stage-encoding-sec/op\n",
                0.75 * time,
                0.25 * time,
            );
        }
    }
    results(&text)
}

#[test]
fn a_step_has_its_gain_or_nothing() {
    let ladder = ladder(&[
        ("connect", [1.0; 7]),
        ("pooled", [0.5, 0.4, 0.6, 0.5, 0.45, 0.55, 0.5]),
        ("prepared", [0.5, 0.45, 0.55, 0.48, 0.47, 0.53, 0.51]),
        ("indexed", [0.01; 7]),
    ]);
    let page = LadderPage::new(&ladder, &[]).markdown();
    let row = |rung: &str| {
        let start = format!("| `{rung}`: ");
        page.lines().find(|line| line.starts_with(&start)).unwrap()
    };
    // The 3rd, the middle and the 26th of the 28 Walsh averages of the log ratios: with seven values, three sums of ranks of 128 are within 2.5 %.
    assert!(!row("connect").contains("less"), "{}", row("connect"));
    assert!(
        row("pooled").contains("| 2.00 times less (1.82 to 2.24) |"),
        "{}",
        row("pooled")
    );
    assert!(
        row("prepared").contains("| nothing shown (1.07 times more to 1.06 times less) |"),
        "{}",
        row("prepared")
    );
    assert!(
        row("indexed").contains("| 49.8 times less (46.5 to 53.0) |"),
        "{}",
        row("indexed")
    );
    assert_eq!(
        LadderPage::new(&ladder, &[]).sentences(),
        [
            "On SQLite, a request takes 2.00 times less (1.82 to 2.24) with `pooled`, 49.8 times less (46.5 to 53.0) with `indexed`. Nothing \
             is shown of `prepared`."
        ]
    );
    // In order, and each once.
    let places: Vec<usize> = ["connect", "pooled", "prepared", "indexed"]
        .iter()
        .map(|rung| page.find(row(rung)).unwrap())
        .collect();
    assert!(places.is_sorted());
}

#[test]
fn the_first_steps_are_told_with_the_index_too() {
    let steps = [
        ("connect", [1.0; 7]),
        ("pooled", [1.0; 7]),
        ("indexed", [0.01; 7]),
        ("index=yes/rung=connect", [0.04; 7]),
        ("index=yes/rung=pooled", [0.02; 7]),
    ];
    let text = |ladder: &[Benchmark]| LadderPage::new(ladder, &[]).markdown();
    let mut results = ladder(&steps);
    for result in &mut results {
        result.name = result.name.replace("rung=index=yes/", "index=yes/");
    }
    let page = text(&results);
    let (_, table) = page.split_once("The same first steps").unwrap();
    let rows: Vec<&str> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .collect();
    let [connect, pooled, prepared] = rows[..] else {
        panic!("{table}")
    };
    assert!(
        connect.starts_with("| `connect`: ") && !connect.contains("less"),
        "{connect}"
    );
    for (row, name) in [(pooled, "pooled"), (prepared, "prepared")] {
        assert!(row.starts_with(&format!("| `{name}`: ")), "{row}");
        assert!(row.contains("| 2.00 times less (2.00 to 2.00) |"), "{row}");
    }
    // Without the index `pooled` shows nothing, and with it enough.
    let twice = "2.00 times less (2.00 to 2.00) with";
    assert_eq!(
        LadderPage::new(&results, &[]).sentences(),
        [format!(
            "On SQLite, a request takes 100 times less (100 to 100) with `indexed`; where the index is there from the start, {twice} \
             `pooled`, {twice} `prepared`."
        )]
    );
    assert!(!text(&ladder(&steps[..3])).contains("from the start"));
}

#[test]
fn it_says_the_plan_and_where_the_time_goes() {
    let ladder = ladder(&[
        ("connect", [1.0; 7]),
        ("pooled", [1.0; 7]),
        ("indexed", [1.0; 7]),
    ]);
    let page = LadderPage::new(&ladder, &[]).markdown();
    assert!(
        page.contains("of connect, pooled:\n\n```\nSCAN entries\n```"),
        "{page}"
    );
    assert!(
        page.contains("of indexed:\n\n```\nSEARCH entries\n  BY index\n```"),
        "{page}"
    );
    assert!(
        page.contains("| | encoding | waiting for a query |"),
        "{page}"
    );
    assert!(page.contains("| `indexed` | 25.0 % | 75.0 % |"), "{page}");
}

/// Seven rounds of a sweep: what each size has of a round's p90.
fn sweep(shares: &[(u32, [f64; 7])]) -> Vec<Benchmark> {
    let mut text = String::new();
    for (size, shares) in shares {
        for (round, share) in shares.iter().enumerate() {
            let p90 = share * 0.002 * (1.0 + round as f64);
            text += &format!(
                "round: {round}\nBenchmarkPoolSweep/store=postgres/rate=2000/size={size} 100 {} p50-sec {p90} p90-sec {} p99-sec\n",
                p90 / 4.0,
                p90 * 8.0
            );
        }
    }
    results(&text)
}

#[test]
fn the_smallest_size_that_is_not_shown_to_be_worse_is_recommended() {
    let noisy = [1.0, 1.2, 0.9, 1.1, 0.95, 1.05, 1.1];
    let sweep = sweep(&[
        (16, [1.0; 7]),
        (2, [3.0, 2.8, 3.1, 2.9, 3.0, 3.2, 2.7]),
        (4, noisy),
        (8, [0.99, 1.0, 0.98, 1.01, 0.97, 1.0, 0.99]),
    ]);
    let page = LadderPage::new(&[], &sweep);
    let text = page.markdown();
    assert!(
        text.contains("rate=2000`: **4** connections; the lowest 90th percentile: 8."),
        "{text}"
    );
    assert!(text.contains("](charts/pool-sweep.svg)"), "{text}");
    let row = |size: &str| {
        text.lines()
            .find(|line| line.starts_with(&format!("| {size} |")))
            .unwrap()
    };
    // A factor of the lowest, in its own direction: the whole interval above 1, or not.
    let factors = |size: &str| {
        let (_, cell) = row(size).trim_end_matches(" |").rsplit_once("| ").unwrap();
        let numbers = cell.split(|letter: char| letter != '.' && !letter.is_ascii_digit());
        numbers
            .filter_map(|number| number.parse::<f64>().ok())
            .collect::<Vec<_>>()
    };
    for (size, (least, most)) in [("2", (2.5, 3.5)), ("4", (0.9, 1.3))] {
        let [factor, low, high] = factors(size)[..] else {
            panic!("{}", row(size))
        };
        assert!(
            least < low && low < factor && factor < high && high < most,
            "{}",
            row(size)
        );
        assert_eq!(low > 1.0, size == "2", "{}", row(size));
    }
    assert!(row("8").ends_with("| the lowest |"), "{}", row("8"));

    let chart = page.chart().unwrap().unwrap();
    assert_eq!(chart.name, "pool-sweep");
    for needed in [
        "store=postgres rate=2000",
        ">\np99\n",
        ">\np90\n",
        ">\np50\n",
        "connections in the pool",
    ] {
        assert!(chart.svg.contains(needed), "{needed}: {}", chart.svg);
    }
    // A mark for each of four sizes, and one in the legend.
    assert_eq!(chart.svg.matches("<circle").count(), 0);
    assert_eq!(chart.svg.matches("<polygon").count(), 3 * 5);
}

#[test]
fn a_size_at_which_requests_wait_is_not_recommended() {
    // A tenth of the median time at the smallest, a hundredth at the next.
    let mut text = String::new();
    for (size, wait) in [(1, 5e-5), (2, 5e-6), (3, 0.0)] {
        for round in 0..7 {
            text += &format!(
                "round: {round}\nBenchmarkPoolSweep/store=sqlite/rate=9/size={size} 1 0.0005 p50-sec 0.001 p90-sec {wait} {}\n",
                "connection-wait-sec/op"
            );
        }
    }
    let page = LadderPage::new(&[], &results(&text)).markdown();
    assert!(page.contains("rate=9`: **2** connections"), "{page}");
}

#[test]
fn too_few_rounds_recommend_nothing() {
    let text = |sweep: &[Benchmark]| LadderPage::new(&[], sweep).markdown();
    let sweep = sweep(&[(1, [100.0; 7]), (2, [1.0; 7]), (4, [1.1; 7])]);
    let two: Vec<Benchmark> = sweep
        .iter()
        .filter(|result| result.config.get("round").is_some_and(|round| round < "2"))
        .cloned()
        .collect();
    assert_eq!(two.len(), 6);
    assert!(text(&sweep).contains("rate=2000`: **2** connections"));
    assert!(!text(&two).contains("** connections"), "{}", text(&two));
    // Sizes that share no round are listed all the same.
    let apart: Vec<Benchmark> = sweep
        .into_iter()
        .filter(|result| {
            let is_early = result.config.get("round").is_some_and(|round| round < "3");
            is_early == result.name.ends_with("size=1")
        })
        .collect();
    for size in ["\n| 1 |", "\n| 2 |", "\n| 4 |"] {
        assert!(text(&apart).contains(size), "{size}: {}", text(&apart));
    }
}

#[test]
fn a_run_in_which_the_generator_fell_behind_is_told() {
    let mut sweep = sweep(&[(2, [1.0; 7]), (4, [2.0; 7])]);
    let told = "In 1 of 14 runs the generator";
    assert!(!LadderPage::new(&[], &sweep).markdown().contains(told));
    sweep[3]
        .config
        .set("generator", "fell behind: 9 of 100 requests");
    assert!(LadderPage::new(&[], &sweep).markdown().contains(told));
}

#[test]
fn without_results_there_is_no_chart() {
    assert_eq!(LadderPage::new(&[], &[]).chart().unwrap(), None);
}
