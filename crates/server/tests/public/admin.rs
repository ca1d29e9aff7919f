//! The admin port of the program, beside the public one.

use std::net::SocketAddr;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use crate::bounds::wait_until;
use crate::client::{Answer, Client, get, post};
use crate::process::{Program, run};

/// Asks the admin port, on a connection of its own.
pub(crate) fn ask(address: SocketAddr, path: &str) -> Answer {
    let mut client = Client::connect(address);
    client.send(format!(
        "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
    ));
    client.last_answer()
}

pub(crate) fn page(address: SocketAddr, path: &str) -> String {
    let answer = ask(address, path);
    let page = String::from_utf8(answer.body).expect("text");
    assert_eq!(answer.status, 200, "{path}: {page}");
    page
}

/// The value of a sample in `/metrics`.
pub(crate) fn sample(metrics: &str, name: &str) -> f64 {
    let value = metrics
        .lines()
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    let value = value.unwrap_or_else(|| panic!("no {name} in {metrics}"));
    value.parse().expect("a number")
}

#[test]
fn counts_what_is_served_by_route_and_status() {
    let program = Program::start(&["--variant", "pooled"]);
    let order = cases::orders::json(10, cases::orders::Spelling::Plain);
    let mut client = Client::connect(program.address);
    for _ in 0..3 {
        client.send(get("/data"));
        client.send(post(&order));
        client.send(post(b"{"));
        client.send(get("/nothing"));
        for status in [200, 200, 400, 404] {
            assert_eq!(client.answer().status, status);
        }
    }
    let mut refused = Client::connect(program.address);
    refused.send("POST /invoices HTTP/1.1\r\nhost: a\r\ncontent-length: 9999999\r\n\r\n");
    assert_eq!(refused.answer().status, 413);

    // A request is counted when its answer is sent, which the client may see first.
    let others = "http_requests_total{route=\"other\",status=\"404\"} 3\n";
    wait_until(|| page(program.admin, "/metrics").contains(others));
    let metrics = page(program.admin, "/metrics");
    for (route, status, count) in [
        ("GET /data", 200, 3.0),
        ("POST /invoices", 200, 3.0),
        ("POST /invoices", 400, 3.0),
        ("POST /invoices", 413, 1.0),
        ("other", 404, 3.0),
    ] {
        let name = format!("http_requests_total{{route=\"{route}\",status=\"{status}\"}}");
        assert_eq!(sample(&metrics, &name), count, "{name}");
    }
    let name = "http_request_duration_seconds_count{route=\"POST /invoices\"}";
    assert_eq!(sample(&metrics, name), 7.0);
    // Each of the answers came from the pool, that to a refused body alone did not.
    let gets: f64 = ["hit", "steal", "miss"]
        .map(|result| {
            let name = format!("pool_gets_total{{pool=\"answers\",result=\"{result}\"}}");
            sample(&metrics, &name)
        })
        .iter()
        .sum();
    assert!((12.0..=13.0).contains(&gets), "{gets}");
    assert!(sample(&metrics, "tokio_workers{runtime=\"service\"}") >= 1.0);
    assert!(metrics.ends_with("# EOF\n"));
}

#[test]
fn lists_what_each_connection_does() {
    let program = Program::start(&[]);
    let mut idle = Client::connect(program.address);
    idle.send(get("/data"));
    assert_eq!(idle.answer().status, 200);
    let mut in_head = Client::connect(program.address);
    in_head.send("GET /da");
    let mut in_body = Client::connect(program.address);
    in_body.send("POST /invoices HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{");
    let listed = |client: &Client, doing: &str| {
        let peer = client.stream.local_addr().expect("bound");
        let tasks = page(program.admin, "/debug/pprof/tasks?debug=1");
        let line = tasks
            .lines()
            .find(|line| line.contains(&format!("from {peer}:")));
        line.is_some_and(|line| line.contains(doing))
    };
    wait_until(|| listed(&idle, "idle"));
    wait_until(|| listed(&in_head, "reading a head"));
    wait_until(|| listed(&in_body, "reading a body, POST /invoices"));
    let tasks = page(program.admin, "/debug/pprof/goroutine?debug=1");
    assert!(
        tasks.contains("accept connections: waiting for a client to connect"),
        "{tasks}"
    );
    drop((idle, in_head, in_body));
    wait_until(|| page(program.admin, "/debug/pprof/tasks?debug=1").starts_with("0 connections"));
}

#[test]
fn is_ready_until_it_is_asked_to_stop() {
    let program = Program::start(&[]);
    wait_until(|| ask(program.admin, "/readyz").status == 200);
    let mut client = Client::connect(program.address);
    client.send("GET /da");
    wait_until(|| page(program.admin, "/debug/pprof/tasks?debug=1").contains("reading a head"));
    program.signal(Signal::TERM);
    // Still alive, and no longer accepting.
    wait_until(|| ask(program.admin, "/readyz").status == 503);
    assert_eq!(ask(program.admin, "/healthz").status, 200);
    client.send("ta HTTP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!(client.answer().status, 200);
    let (status, said) = program.end();
    assert!(status.success() && said.is_empty(), "{status} {said}");
}

#[test]
fn asks_for_a_token_where_others_can_reach_it() {
    let (code, said) = run(&["--listen", "127.0.0.1:0", "--admin", "0.0.0.0:0"]);
    assert!(code == Some(1) && said.contains("bearer token"), "{said}");
    let (code, said) = run(&["--admin-token-file", "/nowhere/token"]);
    assert!(code == Some(1) && said.contains("/nowhere/token"), "{said}");

    let folder = tempfile::tempdir().expect("a directory");
    let path = folder.path().join("token");
    std::fs::write(&path, "s3cret\n").expect("a file");
    let program = Program::start(&["--admin-token-file", path.to_str().expect("text")]);
    let status = |field: &str| {
        let mut client = Client::connect(program.admin);
        client.send(format!("GET /metrics HTTP/1.1\r\nhost: a\r\n{field}\r\n"));
        client.answer().status
    };
    assert_eq!(status(""), 401);
    assert_eq!(status("authorization: Bearer s3cre\r\n"), 401);
    assert_eq!(status("authorization: Bearer s3cret\r\n"), 200);
    // The public port knows no admin path.
    assert_eq!(ask(program.address, "/metrics").status, 404);
}

/// Clients that ask without a pause, until the end of `during`; how many answers they had.
fn saturated<R>(address: SocketAddr, during: impl FnOnce(&AtomicUsize) -> R) -> R {
    let (answers, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let order = cases::orders::json(10, cases::orders::Spelling::Plain);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut client = Client::connect(address);
                while !is_over.load(Ordering::Relaxed) {
                    client.send(post(&order));
                    assert_eq!(client.answer().status, 200);
                    answers.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        // Also when an assertion fails.
        let _over = Over(&is_over);
        during(&answers)
    })
}

/// Says that something is over when it is dropped.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn profiles_are_taken_while_requests_go_on() {
    let program = Program::start(&["--variant", "naive"]);
    saturated(program.address, |answers| {
        for path in [
            "/debug/pprof/profile?seconds=1",
            "/debug/pprof/heap",
            "/debug/pprof/allocs",
            "/debug/pprof/heap?seconds=1",
            "/debug/pprof/profile?seconds=1&frequency=1000",
            "/debug/pprof/trace?seconds=1",
        ] {
            let before = answers.load(Ordering::Relaxed);
            let answer = ask(program.admin, path);
            assert_eq!(answer.status, 200, "{path}");
            assert!(answer.body.len() > 100, "{path}");
            let here = answers.load(Ordering::Relaxed);
            wait_until(|| answers.load(Ordering::Relaxed) > here);
            assert!(here > before || !path.contains("seconds"), "{path}");
        }
    });
}

#[test]
fn go_reads_the_profiles_and_finds_the_handler_in_them() {
    if Command::new("go").arg("version").output().is_err() {
        eprintln!("skipped: no program go");
        return;
    }
    let program = Program::start(&["--variant", "naive"]);
    let top = |path: &str| {
        let output = Command::new("go")
            // A development build on a busy machine takes a while to find the names.
            .args(["tool", "pprof", "-top", "-timeout", "60"])
            .arg(format!("http://{}{path}", program.admin))
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).expect("text")
    };
    saturated(program.address, |answers| {
        wait_until(|| answers.load(Ordering::Relaxed) > 1000);
        let cpu = top("/debug/pprof/profile?seconds=2");
        assert!(
            cpu.contains("handler::grammar") || cpu.contains("naive::"),
            "{cpu}"
        );
        thread::sleep(Duration::from_millis(100));
        let allocs = top("/debug/pprof/allocs");
        assert!(allocs.contains("naive::Naive"), "{allocs}");
    });
}
