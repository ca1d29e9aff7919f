//! Cases of accounts, answers that are learned, and a service's counters.

mod stub;

use std::collections::HashSet;
use std::process::Command;

use load::{AccountCase, Answer, Ask, Counters, Fault, Mix, parse, stages};
use stub::{Reply, Request, answer};

#[test]
fn a_case_asks_for_the_same_accounts_each_time() {
    let asks = |name: &str| AccountCase::parse(name).unwrap().unwrap().asks("here");
    let hot = asks("Account/hot=64");
    assert_eq!(hot, asks("Account/hot=64"));
    let different: HashSet<&[u8]> = hot.iter().map(Ask::bytes).collect();
    assert_eq!(different.len(), 64);
    for ask in &hot {
        let text = str::from_utf8(ask.bytes()).unwrap();
        let id = text.strip_prefix("GET /accounts/").unwrap();
        let id: u32 = id.split_once(' ').unwrap().0.parse().unwrap();
        assert!((1..=100_000).contains(&id), "{text}");
    }
    let rated = asks("Rating/hot=1");
    assert!(
        str::from_utf8(rated[0].bytes())
            .unwrap()
            .contains("/rating HTTP/1.1\r\n")
    );
    assert_eq!(asks("Account/hot=100000").len(), 100_000);
}

#[test]
fn other_names_are_no_accounts() {
    for name in ["Data", "Invoice/items=10", "Accounts/hot=1", "Account"] {
        assert_eq!(AccountCase::parse(name), Ok(None), "{name}");
    }
    for name in [
        "Account/hot=0",
        "Account/hot=100001",
        "Account/hot=x",
        "Rating/cold=1",
    ] {
        assert!(AccountCase::parse(name).is_err(), "{name}");
    }
}

#[test]
fn the_first_answer_is_what_the_others_have_to_be() {
    let ask = Ask::learning(Vec::new(), 200);
    let check = |text: &'static [u8]| {
        let answer: Answer<'_> = parse(text).unwrap().unwrap();
        ask.check(&answer)
    };
    // One that fails is not learned.
    let failed = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 1\r\n\r\nx";
    assert_eq!(check(failed), Err(Fault::Status));
    assert_eq!(
        check(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"),
        Ok(())
    );
    assert_eq!(
        check(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"),
        Ok(())
    );
    assert_eq!(
        check(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nb"),
        Err(Fault::Body)
    );
}

#[test]
fn kinds_come_as_their_weights_say_however_many_requests_they_have() {
    let kind = |count: usize| {
        (0..count)
            .map(|_| Ask::new(Vec::new(), 200, Vec::new()))
            .collect()
    };
    let mut mix = Mix::of_kinds(vec![(kind(1), 3), (kind(50), 1)], 1).unwrap();
    let first = (0..100_000).filter(|_| mix.draw() == 0).count();
    // Three in four; six standard deviations of a binomial count are 822.
    assert!(first.abs_diff(75_000) < 822, "{first}");
}

#[test]
fn counters_are_told_for_each_request_between_two_moments() {
    let metrics = |requests: u32, queries: u32, query: f64, encode: f64| {
        format!(
            "# TYPE http_requests counter\nhttp_requests_total{{route=\"/accounts\",status=\"200\"}} {requests}\n\
             http_requests_total{{route=\"/data\",status=\"200\"}} 0\ndb_queries_total{{kind=\"read\"}} {queries}\n\
             http_request_stage_seconds_total{{route=\"/accounts\",stage=\"waiting for a query\"}} {query}\n\
             http_request_stage_seconds_total{{stage=\"encoding\",route=\"/accounts\"}} {encode}\nother_total 5\n# EOF\n"
        )
    };
    let before = Counters::read(&metrics(100, 40, 1.0, 0.5));
    let after = Counters::read(&metrics(300, 240, 2.5, 1.0));
    let told = before.until(&after);
    let told: Vec<(&str, f64)> = told.iter().map(|own| (&*own.unit, own.value)).collect();
    assert_eq!(
        told,
        [
            ("queries/op", 1.0),
            ("stage-encoding-sec/op", 0.0025),
            ("stage-waiting-for-a-query-sec/op", 0.0075),
        ]
    );
    let text = stages(&before.until(&after));
    assert!(
        text.contains("75.0 %      7500.0 µs  waiting for a query"),
        "{text}"
    );
    // No request, nothing to tell; and nothing known, nothing told.
    assert!(after.until(&after).is_empty());
    assert!(
        Counters::read("nonsense\n{\n")
            .until(&Counters::read(""))
            .is_empty()
    );
    assert_eq!(stages(&[]), "");
}

#[test]
fn the_program_asks_for_accounts_and_reads_the_counters() {
    let service = stub::start(|_| Reply::Answer(answer(200, "an account")));
    // 20 requests and 40 queries between the first look and the second.
    let admin = stub::start(|request: Request| {
        let (requests, queries) = (10 + 20 * request.number, 5 + 40 * request.number);
        let text = format!("http_requests_total {requests}\ndb_queries_total {queries}\n");
        Reply::Last(answer(200, &text))
    });
    let folder = tempfile::tempdir().unwrap();
    let results = folder.path().join("results.txt");
    let output = Command::new(env!("CARGO_BIN_EXE_load"))
        .args(["--target", &service.address.to_string()])
        .args(["--metrics", &admin.address.to_string()])
        .args(["--case", "Account/hot=3", "--saturate"])
        .args(["--connections", "1", "--warm-up", "0.1"])
        .args(["--duration", "0.5", "--results"])
        .arg(&results)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let text = std::fs::read_to_string(results).unwrap();
    let line = text.lines().last().unwrap();
    assert!(
        line.starts_with("BenchmarkLoad/route=accounts/hot=3/rate=max "),
        "{line}"
    );
    // A client on its own has times, too.
    for unit in [" 2 queries/op", " sec/op", " p99-sec"] {
        assert!(line.contains(unit), "{line}");
    }
}
