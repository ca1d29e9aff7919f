//! What goes wrong with a request is counted as what it is, and what a server may do is no fault.

mod stub;

use std::net::TcpListener;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use load::{Ask, Fault, Mix, Outcome, Pace, Plan, RunError, Schedule, run, write};
use stub::{Reply, Request, Stub, answer};

/// So many requests at 500/s on four connections.
fn plan(stub: &Stub, requests: u64) -> Plan {
    let second = Duration::from_secs(1);
    let schedule = Schedule::new(Pace::Constant(500.0), Duration::ZERO, 10 * second).unwrap();
    Plan {
        address: stub.address,
        schedule: schedule.at_most(requests),
        mix: Mix::new(
            [(
                Ask::new(
                    b"POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi".to_vec(),
                    200,
                    b"right".to_vec(),
                ),
                1,
            )],
            1,
        )
        .unwrap(),
        connections: 4,
        timeout: second,
        server: None,
    }
}

fn outcome(plan: &Plan) -> Outcome {
    run(plan, &mut |_| ()).unwrap()
}

/// Every tenth request gets this; the others are answered.
fn every_tenth(reply: impl Fn() -> Reply + Send + Sync + 'static) -> Stub {
    stub::start(move |request: Request| {
        if request.number % 10 == 9 {
            reply()
        } else {
            Reply::Answer(answer(200, "right"))
        }
    })
}

#[test]
fn a_wrong_answer_is_a_fault() {
    for (fault, bytes) in [
        (Fault::Status, answer(500, "right")),
        (Fault::Body, answer(200, "wrong")),
        (Fault::Body, answer(200, "righ")),
        (Fault::Malformed, b"HTTP/1.1 OK\r\n\r\n".to_vec()),
        (Fault::Malformed, b"HTTP/1.1 200 OK\r\n\r\nright".to_vec()),
        (
            Fault::Malformed,
            [answer(200, "right"), answer(200, "right")].concat(),
        ),
    ] {
        let stub = every_tenth(move || Reply::Answer(bytes.clone()));
        let outcome = outcome(&plan(&stub, 100));
        assert_eq!(outcome.faults.of(fault), 10, "{fault}: {}", outcome.faults);
        assert_eq!(
            (outcome.faults.total(), outcome.answered, outcome.sent),
            (10, 90, 100)
        );
        // A wrong answer that comes fast makes no percentile better.
        assert_eq!(outcome.time.len(), 90);
    }
}

#[test]
fn an_answer_that_is_cut_off_is_a_fault() {
    let cut = || Reply::Last(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nri".to_vec());
    let outcome = outcome(&plan(&every_tenth(cut), 100));
    assert_eq!(
        (outcome.faults.of(Fault::Closed), outcome.faults.total()),
        (10, 10)
    );
}

#[test]
fn an_answer_that_never_comes_is_charged_for_the_wait() {
    let stub = every_tenth(|| Reply::Silence);
    let plan = Plan {
        timeout: Duration::from_millis(300),
        ..plan(&stub, 20)
    };
    let outcome = outcome(&plan);
    assert_eq!(
        (outcome.faults.of(Fault::Timeout), outcome.faults.total()),
        (2, 2)
    );
    assert_eq!((outcome.answered, outcome.time.len()), (18, 20));
    let waited = outcome.time_at(1.0);
    assert!(waited >= Duration::from_millis(300), "{waited:?}");
}

#[test]
fn a_connection_that_is_never_used_again_is_no_fault() {
    let stub = stub::start(|_| {
        let answer = "HTTP/1.1 200 Fine\r\nConnection: close\r\nContent-Length: 5\r\n\r\nright";
        Reply::Last(answer.into())
    });
    let outcome = outcome(&plan(&stub, 100));
    assert_eq!(
        (outcome.faults.total(), outcome.answered),
        (0, 100),
        "{}",
        outcome.faults
    );
    // One for each request, and the one that tries whether anything listens.
    assert!(stub.connections.load(Ordering::Relaxed) > 100);
}

#[test]
fn a_server_may_close_a_connection_that_it_has_answered_on() {
    // It says nothing of it, so a request may be on its way already: it goes out again.
    let stub = stub::start(|request: Request| match request.on_connection {
        2 => Reply::Close,
        _ => Reply::Answer(answer(200, "right")),
    });
    let outcome = outcome(&plan(&stub, 100));
    assert_eq!(
        (outcome.faults.total(), outcome.answered, outcome.sent),
        (0, 100, 100),
        "{}",
        outcome.faults
    );
}

#[test]
fn a_server_that_never_answers_on_a_connection_is_at_fault() {
    let closing = outcome(&plan(&stub::start(|_| Reply::Close), 50));
    assert_eq!(
        (closing.faults.of(Fault::Closed), closing.answered),
        (50, 0),
        "{}",
        closing.faults
    );
    let resetting = outcome(&plan(&stub::start(|_| Reply::Reset), 50));
    let reset = resetting.faults.of(Fault::Reset) + resetting.faults.of(Fault::Closed);
    assert_eq!((reset, resetting.answered), (50, 0), "{}", resetting.faults);
}

#[test]
fn what_waits_for_a_connection_until_the_end_was_never_sent() {
    let stub = stub::start(|_| Reply::Silence);
    let plan = Plan {
        timeout: Duration::from_millis(200),
        connections: 1,
        ..plan(&stub, 1000)
    };
    let begun = Instant::now();
    let outcome = outcome(&Plan {
        schedule: Schedule::new(
            Pace::Constant(1000.0),
            Duration::ZERO,
            Duration::from_millis(500),
        )
        .unwrap(),
        ..plan
    });
    // The run is bounded: the schedule, and what an answer may take.
    assert!(begun.elapsed() < Duration::from_secs(5));
    let (timeout, unsent) = (
        outcome.faults.of(Fault::Timeout),
        outcome.faults.of(Fault::Unsent),
    );
    assert_eq!(
        (timeout + unsent, outcome.answered),
        (500, 0),
        "{}",
        outcome.faults
    );
    assert!(unsent >= 490, "{}", outcome.faults);
    // Each is charged for its wait: half of them became due 450 ms before the end or earlier.
    assert_eq!(outcome.time.len(), 500);
    let p50 = outcome.time_at(0.5);
    assert!(p50 >= Duration::from_millis(440), "{p50:?}");
}

#[test]
fn nothing_is_sent_where_nothing_listens() {
    // The port was free a moment ago.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let stub = stub::start(|_| Reply::Silence);
    let plan = Plan {
        address,
        ..plan(&stub, 10)
    };
    let error = run(&plan, &mut |_| ()).unwrap_err();
    assert!(
        matches!(error, RunError::Connect { address: a, .. } if a == address),
        "{error}"
    );
}

#[test]
fn a_process_that_is_not_there_has_no_usage() {
    let stub = stub::start(|_| Reply::Answer(answer(200, "right")));
    let plan = Plan {
        // Beyond the largest process id that Linux gives.
        server: Some(1 << 30),
        ..plan(&stub, 10)
    };
    assert!(matches!(run(&plan, &mut |_| ()), Err(RunError::Usage(_))));
}

#[test]
fn a_generator_that_falls_behind_says_so() {
    let stub = stub::start(|_| Reply::Answer(answer(200, "right")));
    let mut plan = plan(&stub, 1100);
    plan.server = Some(std::process::id());
    // Once a second this thread sends nothing for a while, and no server is to blame.
    let outcome = run(&plan, &mut |_| thread::sleep(Duration::from_millis(100))).unwrap();
    // Some fifty requests became due meanwhile, two times.
    assert!(outcome.delayed >= 80, "{}", outcome.delayed);
    assert!(!outcome.kept_up());
    let labels = ["variant=pooled".to_owned()];
    let result = write(&outcome, &plan, &["route=data".to_owned()], &labels);
    assert_eq!(result.name, "Load/route=data/rate=500/variant=pooled");
    let generator = format!("fell behind: {} of 1100 requests", outcome.delayed);
    assert_eq!(result.config.get("generator"), Some(&*generator));
    let units: Vec<_> = result
        .measurements
        .iter()
        .map(|measured| &*measured.unit)
        .collect();
    assert_eq!(
        units,
        [
            "p50-sec",
            "p90-sec",
            "p99-sec",
            "p99.9-sec",
            "req/s",
            "cpu-sec/req",
            "peak-rss-B"
        ]
    );
}

#[test]
fn a_percentile_is_written_if_an_answer_lies_above_it() {
    let stub = stub::start(|_| Reply::Answer(answer(200, "right")));
    for (requests, highest) in [(1, None), (99, Some("p90-sec")), (100, Some("p99-sec"))] {
        let plan = plan(&stub, requests);
        let outcome = run(&plan, &mut |_| ()).unwrap();
        let result = write(&outcome, &plan, &[], &[]);
        let units = result.measurements.iter().map(|measured| &*measured.unit);
        let mut percentiles = units.filter(|unit| unit.starts_with('p') && unit.ends_with("-sec"));
        assert_eq!(percentiles.next_back(), highest, "{requests}");
    }
}
