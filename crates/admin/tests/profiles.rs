//! The profiles of a busy program, through a real socket, and read by `go tool pprof` where there is one.

#![forbid(unsafe_code)]

mod client;
mod service;

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use client::{get, request, send};
use flate2::read::GzDecoder;
use profile::Profile;
use serde_json::Value;
use service::Service;

/// What `go tool pprof` prints of a profile; `None`, and said, where there is no `go`.
fn go(bytes: &[u8], arguments: &[&str]) -> Option<String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("profile.pb.gz");
    std::fs::write(&file, bytes).unwrap();
    let found = Command::new("go")
        .args(["tool", "pprof"])
        .args(arguments)
        .arg(&file)
        .env("PPROF_TMPDIR", folder.path())
        .output();
    let Ok(output) = found.inspect_err(|error| eprintln!("skipped: go tool pprof: {error}")) else {
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// Of a line of `-top`: what is in the function's own code, and its name.
fn row<'a>(top: &'a str, name: &str) -> Option<&'a str> {
    top.lines().find(|line| line.contains(name))
}

#[test]
fn the_cpu_profile_names_what_burns_the_processor() {
    let service = Service::start();
    let bytes = service.profile("/debug/pprof/profile?seconds=2");
    let top = Profile::read(&bytes).unwrap().top();
    let burning = top
        .rows
        .iter()
        .find(|row| row.name == "service::burn_the_processor")
        .unwrap();
    assert!(top.share(burning.cumulative) > 0.3, "{}", top.table(20));

    if let Some(text) = go(&bytes, &["-top", "-cum"]) {
        let burning = row(&text, "service::burn_the_processor").unwrap_or_else(|| panic!("{text}"));
        let fields: Vec<&str> = burning.split_whitespace().collect();
        let cumulative: f64 = fields[4].trim_end_matches('%').parse().unwrap();
        assert!(cumulative > 30.0, "{text}");
    }
    if let Some(text) = go(&bytes, &["-list=burn_the_processor", "-source_path=/"]) {
        // Whether or not the source is found, the routine is, with its file.
        assert!(text.contains("examples/service.rs"), "{text}");
    }
    if let Some(text) = go(&bytes, &["-tags"]) {
        assert!(text.contains("worker"), "{text}");
    }
}

#[test]
fn the_heap_profiles_name_who_allocates() {
    let service = Service::keeping(256);
    thread::sleep(Duration::from_secs(1));
    let allocates = "service::keep_some_memory";
    for (target, kind) in [
        ("/debug/pprof/heap", "inuse_space"),
        ("/debug/pprof/allocs", "alloc_space"),
        ("/debug/pprof/allocs?seconds=1", "alloc_space"),
    ] {
        let bytes = service.profile(target);
        let top = Profile::read(&bytes).unwrap().top();
        assert_eq!(top.rows[0].name, allocates, "{target}\n{}", top.table(20));
        assert_eq!(top.rows[0].own, top.rows[0].cumulative, "{target}");
        if let Some(text) = go(&bytes, &["-top"]) {
            assert!(text.contains(&format!("Type: {kind}")), "{text}");
            let found = row(&text, allocates).unwrap_or_else(|| panic!("{text}"));
            let fields: Vec<&str> = found.split_whitespace().collect();
            assert_eq!(fields[0], fields[3], "its own is all that it has: {text}");
            assert_ne!(fields[0], "0", "{text}");
        }
    }
    // Each of two threads keeps 256 times 100 000 bytes: 51.2 MB, with a standard deviation of the estimate of 4.9 MB.
    let kept = Profile::read(&service.profile("/debug/pprof/heap"))
        .unwrap()
        .top();
    let bytes = kept.rows[0].own;
    assert!((24_000_000..80_000_000).contains(&bytes), "{bytes}");
}

#[test]
fn what_is_in_flight_is_a_profile_too() {
    let service = Service::start();
    let bytes = service.profile("/debug/pprof/goroutine");
    let top = Profile::read(&bytes).unwrap().top();
    assert_eq!((top.total, top.unit.as_str()), (2, "count"));
    if let Some(text) = go(&bytes, &["-top", "-cum"]) {
        assert!(row(&text, "connection").is_some(), "{text}");
    }
}

#[test]
fn flame_graphs_are_drawings_with_names() {
    let service = Service::start();
    for (target, name) in [
        (
            "/debug/pprof/profile?seconds=1&format=flamegraph",
            "burn_the_processor",
        ),
        ("/debug/pprof/allocs?format=flamegraph", "keep_some_memory"),
    ] {
        let answer = get(service.address, target, "");
        assert!(
            answer.head.contains("content-type: image/svg+xml"),
            "{}",
            answer.head
        );
        let svg = answer.body();
        assert!(svg.contains("<svg") && svg.contains(name), "{target}");
    }
}

#[test]
fn one_profile_at_a_time_and_it_stops_when_its_client_leaves() {
    let service = Service::start();
    let mut first = TcpStream::connect(service.address).unwrap();
    let target = "/debug/pprof/profile?seconds=50";
    first
        .write_all(request(service.address, target, "").as_bytes())
        .unwrap();
    thread::sleep(Duration::from_millis(300));
    for target in [
        "/debug/pprof/heap",
        "/debug/pprof/trace",
        "/debug/pprof/profile?seconds=1",
    ] {
        let second = get(service.address, target, "");
        assert_eq!(second.status, 409);
        let said = second.body();
        let peer = first.local_addr().unwrap().to_string();
        assert!(
            said.contains(&peer) && said.contains("/debug/pprof/profile for 50 s"),
            "{said}"
        );
    }
    assert_eq!(
        get(service.address, "/debug/pprof/tasks?debug=1", "").status,
        200
    );
    drop(first);
    no_profile_is_taken_any_more(&service);
}

fn no_profile_is_taken_any_more(service: &Service) {
    let left = Instant::now();
    while get(service.address, "/debug/pprof/heap", "").status != 200 {
        assert!(left.elapsed() < Duration::from_secs(5));
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_profile_stops_with_its_client_whatever_that_sent_behind_its_request() {
    let service = Service::start();
    let profile = "GET /debug/pprof/profile?seconds=50 HTTP/1.1\r\nHost: a\r\n";
    let mut client = TcpStream::connect(service.address).unwrap();
    write!(
        client,
        "{profile}\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    )
    .unwrap();
    thread::sleep(Duration::from_millis(300));
    assert_eq!(get(service.address, "/debug/pprof/heap", "").status, 409);
    drop(client);
    no_profile_is_taken_any_more(&service);

    // One with a body is none that is waited for.
    for body in [
        "Content-Length: 5\r\n\r\nabc",
        "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
    ] {
        let answer = send(service.address, &format!("{profile}{body}"));
        assert_eq!(answer.status, 400, "{body:?}");
        assert!(answer.head.contains("connection: close"), "{}", answer.head);
        assert!(answer.body().contains("no body"), "{}", answer.body());
        no_profile_is_taken_any_more(&service);
    }
}

#[test]
fn parameters_out_of_range_are_refused_with_the_range() {
    let service = Service::start();
    for (target, range) in [
        ("/debug/pprof/profile?seconds=0", "from 1 to 60"),
        ("/debug/pprof/profile?seconds=61", "from 1 to 60"),
        ("/debug/pprof/profile?seconds=1.5", "from 1 to 60"),
        ("/debug/pprof/profile?frequency=1001", "from 1 to 1000"),
        ("/debug/pprof/profile?frequency=", "from 1 to 1000"),
        ("/debug/pprof/heap?format=text", "pprof or flamegraph"),
        (
            "/debug/pprof/allocs?seconds=100000000000000000000",
            "from 1 to 60",
        ),
        ("/debug/pprof/trace?seconds=-1", "from 1 to 60"),
    ] {
        let answer = get(service.address, target, "");
        assert_eq!(answer.status, 400, "{target}");
        assert!(answer.body().contains(range), "{target}: {}", answer.body());
    }
}

#[test]
fn the_trace_has_requests_and_within_them_what_they_waited_for() {
    let service = Service::start();
    let bytes = service.profile("/debug/pprof/trace?seconds=1");
    let mut text = String::new();
    GzDecoder::new(bytes.as_slice())
        .read_to_string(&mut text)
        .unwrap();
    let trace: Value = serde_json::from_str(&text).unwrap();
    let events = trace["traceEvents"].as_array().unwrap();
    let number = |event: &Value, name: &str| event[name].as_f64().unwrap();

    // Of each track the requests, by their start.
    let mut requests: HashMap<u64, Vec<(f64, f64)>> = HashMap::new();
    for event in events.iter().filter(|event| event["cat"] == "request") {
        assert_eq!(event["name"], "GET /busy");
        let span = (
            number(event, "ts"),
            number(event, "ts") + number(event, "dur"),
        );
        requests
            .entry(event["tid"].as_u64().unwrap())
            .or_default()
            .push(span);
    }
    assert_eq!(requests.len(), 2, "a track for each connection");
    for spans in requests.values_mut() {
        spans.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert!(
            spans.is_sorted_by(|a, b| a.1 <= b.0 + 0.001),
            "one after the other"
        );
    }
    let mut handled = 0;
    for event in events.iter().filter(|event| event["name"] == "handling") {
        let spans = &requests[&event["tid"].as_u64().unwrap()];
        let (from, to) = (
            number(event, "ts"),
            number(event, "ts") + number(event, "dur"),
        );
        let place = spans.partition_point(|span| span.0 <= from + 0.001);
        // The last one may not be over.
        if place > 0 && from < spans[place - 1].1 {
            assert!(to <= spans[place - 1].1 + 0.001);
            handled += 1;
        }
    }
    assert!(handled > 10, "{handled}");
    assert!(
        events
            .iter()
            .any(|event| event["ph"] == "C" && event["name"] == "in flight")
    );
}
