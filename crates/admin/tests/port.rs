//! The port, through real sockets.

#![forbid(unsafe_code)]

mod client;

use std::io::Read;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use client::{get, send};

use admin::{Activity, Admin, BindError, Families, Names, Readiness, Route, Serving, State, Token};

const NAMES: Names = Names {
    routes: &["GET /data"],
    waits: &["database"],
};

fn serving() -> (Serving, Activity, Readiness) {
    let activity = Activity::new(NAMES);
    let readiness = Readiness::default();
    let serving = Admin::bind("127.0.0.1:0".parse().unwrap(), None)
        .unwrap()
        .activity(activity.clone())
        .readiness(readiness.clone())
        .collector(|families: &mut Families| {
            families
                .gauge("pool_objects", "Kept.")
                .sample(&[("pool", "a\"b")], 3_u64);
        })
        .serve()
        .unwrap();
    (serving, activity, readiness)
}

#[test]
fn health_is_told_apart_from_readiness() {
    let (serving, _, readiness) = serving();
    let address = serving.local_addr();
    assert_eq!(get(address, "/healthz", "").status, 200);
    assert_eq!(get(address, "/readyz", "").status, 503);
    readiness.ready();
    assert_eq!(get(address, "/readyz", "").status, 200);
    readiness.not_ready();
    assert_eq!(get(address, "/readyz", "").status, 503);
}

#[test]
fn what_is_in_flight_is_listed_with_what_it_waits_for() {
    let (serving, activity, _) = serving();
    let address = serving.local_addr();
    let connection = activity.connection("127.0.0.1:4711".parse().unwrap());
    let request = connection.request(Route::nth(0));
    request.enter(State::Waiting(admin::Wait::nth(0)));
    let task = activity.task("ager");
    task.enter(State::Idle);

    let page = get(address, "/debug/pprof/tasks?debug=1", "").body();
    assert!(page.starts_with("1 connections, 1 tasks\n"), "{page}");
    assert!(
        page.contains("from 127.0.0.1:4711: waiting for database, GET /data for "),
        "{page}"
    );
    assert!(page.contains("ager: idle for "), "{page}");

    drop((request, connection, task));
    let page = get(address, "/debug/pprof/goroutine?debug=2", "").body();
    assert!(page.starts_with("0 connections, 0 tasks\n"), "{page}");
}

#[test]
fn requests_are_counted_by_route_and_status() {
    let (serving, activity, _) = serving();
    let connection = activity.connection("127.0.0.1:4711".parse().unwrap());
    for (route, status) in [
        (Route::nth(0), 200),
        (Route::nth(0), 200),
        (Route::OTHER, 404),
    ] {
        connection.request(route).answered(status);
    }
    drop(connection.request(Route::nth(0)));
    let text = get(serving.local_addr(), "/metrics", "").body();
    for line in [
        "http_requests_total{route=\"GET /data\",status=\"200\"} 2",
        "http_requests_total{route=\"other\",status=\"404\"} 1",
        "http_requests_unanswered_total{route=\"GET /data\"} 1",
        "http_request_duration_seconds_count{route=\"GET /data\"} 3",
        "http_connections{state=\"idle\"} 1",
        "pool_objects{pool=\"a\\\"b\"} 3",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

/// The seconds that requests of a route have spent in a stage; nothing where none of them was in it.
fn spent(metrics: &str, route: &str, stage: &str) -> Option<f64> {
    let name = format!("http_request_stage_seconds_total{{route=\"{route}\",stage=\"{stage}\"}} ");
    let value = metrics.lines().find_map(|line| line.strip_prefix(&name))?;
    Some(value.parse().unwrap())
}

#[test]
fn the_stages_of_a_request_add_up_to_its_time() {
    let pause = Duration::from_millis(3);
    let (serving, activity, _) = serving();
    let connection = activity.connection("127.0.0.1:4711".parse().unwrap());
    let begun = Instant::now();
    connection.enter(State::ReadingHead);
    thread::sleep(pause);
    let mut request = connection.request(Route::nth(0));
    for state in [
        State::Parsing,
        State::Waiting(admin::Wait::nth(0)),
        State::Handling,
        // A second wait, whose name is not known.
        State::Waiting(admin::Wait::nth(7)),
        State::Encoding,
        State::WritingAnswer,
    ] {
        request.enter(state);
        thread::sleep(pause);
    }
    request.answered(200);
    drop(request);
    let longest = begun.elapsed().as_secs_f64();
    // No request's, and so nobody's.
    connection.enter(State::ReadingHead);
    thread::sleep(pause);
    connection.enter(State::Idle);

    let metrics = get(serving.local_addr(), "/metrics", "").body();
    let of = |stage| spent(&metrics, "GET /data", stage).unwrap_or_else(|| panic!("{metrics}"));
    let stages = [
        "parsing",
        "waiting for database",
        "handling",
        "waiting for other",
        "encoding",
        "writing the answer",
    ]
    .map(of);
    for stage in stages {
        assert!(stage >= pause.as_secs_f64(), "{metrics}");
    }
    let name = "http_request_duration_seconds_sum{route=\"GET /data\"} ";
    let whole = metrics.lines().find_map(|line| line.strip_prefix(name));
    let whole: f64 = whole.unwrap().parse().unwrap();
    let sum: f64 = stages.iter().sum();
    assert!((sum - whole).abs() < 1e-6, "{sum} {whole}\n{metrics}");
    // The head was read before the request's time began.
    let head = of("reading a head");
    assert!(
        head >= pause.as_secs_f64() && head + whole <= longest,
        "{metrics}"
    );
    assert_eq!(spent(&metrics, "GET /data", "idle"), None);
    assert_eq!(spent(&metrics, "other", "reading a head"), None);
}

#[test]
fn routes_of_one_name_are_counted_together() {
    let activity = Activity::new(Names {
        routes: &["GET /data", "other", "GET /data"],
        waits: &[],
    });
    let serving = Admin::bind("127.0.0.1:0".parse().unwrap(), None)
        .unwrap()
        .activity(activity.clone())
        .serve()
        .unwrap();
    let connection = activity.connection("127.0.0.1:4711".parse().unwrap());
    for (route, status) in [(0, 200), (1, 404), (2, 200), (2, 503), (3, 404)] {
        connection.request(Route::nth(route)).answered(status);
    }
    let text = get(serving.local_addr(), "/metrics", "").body();
    for line in [
        "http_requests_total{route=\"GET /data\",status=\"200\"} 2",
        "http_requests_total{route=\"GET /data\",status=\"503\"} 1",
        "http_requests_total{route=\"other\",status=\"404\"} 2",
        "http_request_duration_seconds_count{route=\"GET /data\"} 3",
        "http_request_duration_seconds_count{route=\"other\"} 2",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
}

#[test]
fn an_address_that_others_reach_wants_a_token() {
    let everywhere = "0.0.0.0:0".parse().unwrap();
    assert!(matches!(
        Admin::bind(everywhere, None),
        Err(BindError::NeedsToken(_))
    ));

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, "s3cret\n").unwrap();
    let token = Token::from_file(&file).unwrap();
    assert_eq!(format!("{token:?}"), "Token(..)");
    let serving = Admin::bind(everywhere, Some(token))
        .unwrap()
        .serve()
        .unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], serving.local_addr().port()));

    let path = "/debug/pprof/cmdline";
    for refused in [
        "",
        "Authorization: Bearer s3cre\r\n",
        "Authorization: Basic s3cret\r\n",
    ] {
        let answer = get(address, path, refused);
        assert_eq!(answer.status, 401);
        assert!(
            answer.head.contains("www-authenticate: Bearer"),
            "{}",
            answer.head
        );
    }
    assert_eq!(
        get(address, path, "Authorization: bearer s3cret\r\n").status,
        200
    );
    assert_eq!(get(address, "/healthz", "").status, 200);
    assert_eq!(get(address, "/nowhere", "").status, 401);
}

#[test]
fn what_is_wrong_is_said() {
    let (serving, ..) = serving();
    let address = serving.local_addr();
    let unknown = get(address, "/debug/pprof/cmdline?sceonds=3", "");
    assert_eq!(unknown.status, 400);
    assert!(unknown.body().contains("sceonds"), "{}", unknown.body());
    let above = get(address, "/debug/pprof/tasks?debug=3", "");
    assert_eq!(above.status, 400);
    assert!(above.body().contains("from 0 to 2"), "{}", above.body());
    assert_eq!(get(address, "/nowhere", "").status, 404);
    let posted = send(
        address,
        "POST /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
    assert_eq!(posted.status, 405);
    assert!(posted.head.contains("allow: GET, HEAD"), "{}", posted.head);
}

#[test]
fn the_port_is_closed_with_its_value() {
    let (serving, ..) = serving();
    let address = serving.local_addr();
    drop(serving);
    if let Ok(mut stream) = TcpStream::connect(address) {
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        assert!(stream.read_to_end(&mut answer).is_err() || answer.is_empty());
    }
}
