//! The times are the truth: computed for a server that stops, and for one whose service times are known.
//!
//! A test of time needs the machine to itself. Where something else took it, the generator says that it fell behind, or the stub
//! that it overslept: a miss in such an attempt is no answer, and the attempt is made again. A miss in any other is a failure.

mod stub;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use load::{Ask, Mix, Outcome, Pace, Plan, Schedule, run};
use stub::{Reply, Request, Stub, answer, wait_until};

const ATTEMPTS: usize = 5;

/// The tests of this file take turns.
static TURN: Mutex<()> = Mutex::new(());

fn load(stub: &Stub, rate: f64, length: Duration, connections: u32) -> Outcome {
    let plan = Plan {
        address: stub.address,
        schedule: Schedule::new(Pace::Constant(rate), Duration::ZERO, length).unwrap(),
        mix: Mix::new(
            [(
                Ask::new(b"GET / HTTP/1.1\r\n\r\n".to_vec(), 200, b"ok".to_vec()),
                1,
            )],
            1,
        )
        .unwrap(),
        connections,
        timeout: Duration::from_secs(10),
        server: None,
    };
    run(&plan, &mut |_| ()).unwrap()
}

/// The value that this share of a sample does not exceed: that of the smallest rank that is enough.
fn percentile(sample: &[f64], share: f64) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted[rank.clamp(1, sorted.len()) - 1]
}

/// Whether the measured percentiles are the truth, up to a share of it; what they are is said.
fn are_near(outcome: &Outcome, truth: &[f64], percentiles: &[f64], share: f64) -> bool {
    let mut near = true;
    for &at in percentiles {
        let (measured, truth) = (outcome.time_at(at).as_secs_f64(), percentile(truth, at));
        let off = measured / truth - 1.0;
        near &= off.abs() <= share;
        let at = 100.0 * at;
        eprintln!(
            "p{at:.1}: {measured:.4} s for {truth:.4} s, {:+.2} %",
            100.0 * off
        );
    }
    near
}

/// Makes attempts until one answers.
fn attempts(mut attempt: impl FnMut() -> Attempt) {
    for _ in 0..ATTEMPTS {
        match attempt() {
            Attempt { is_near: true, .. } => return,
            Attempt { disturbed, .. } if disturbed.is_empty() => panic!("missed, undisturbed"),
            Attempt { disturbed, .. } => eprintln!("again: {disturbed}"),
        }
    }
    panic!("the machine was too busy in each of {ATTEMPTS} attempts");
}

struct Attempt {
    is_near: bool,
    /// What disturbed it.
    disturbed: String,
}

/// 10 s at 1000/s; from request 4000 on the server stops for a second. Requests that become due meanwhile wait for the rest
/// of that second, the others for nothing.
#[test]
fn a_server_that_stops_is_charged_for_every_request_it_keeps_waiting() {
    const STOPS_AT: u64 = 4000;
    const STOP: Duration = Duration::from_secs(1);
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let waits: Vec<f64> = (0..10_000_u32)
        .map(|number| {
            let due = f64::from(number) / 1000.0;
            let (stop, go) = (STOPS_AT as f64 / 1000.0, STOPS_AT as f64 / 1000.0 + 1.0);
            if due >= stop {
                (go - due).max(0.0)
            } else {
                0.0
            }
        })
        .collect();
    attempts(|| {
        let go: Arc<OnceLock<Instant>> = Arc::default();
        let stub = stub::start(move |request: Request| {
            if request.number == STOPS_AT {
                let _ = go.set(request.came + STOP);
            }
            if let Some(&go) = go.get() {
                wait_until(go);
            }
            Reply::Answer(answer(200, "ok"))
        });
        let outcome = load(&stub, 1000.0, Duration::from_secs(10), 4);
        assert_eq!((outcome.answered, outcome.faults.total()), (10_000, 0));
        let is_near = are_near(&outcome, &waits, &[0.99, 0.999], 0.02);
        // Four requests of ten thousand were with the server when it stopped; no other knows.
        let service = outcome.service_at(0.999);
        eprintln!(
            "service: p99 {:?}, p99.9 {service:?}",
            outcome.service_at(0.99)
        );
        Attempt {
            is_near: is_near && service < Duration::from_millis(20),
            disturbed: if outcome.kept_up() {
                String::new()
            } else {
                format!("{} requests delayed", outcome.delayed)
            },
        }
    });
}

const SERVERS: u32 = 32;

const PERCENTILES: [f64; 3] = [0.5, 0.99, 0.999];

/// Service times with a long tail, in seconds: a Pareto distribution with a median of 10 ms, a 99th percentile of 48 ms and a
/// 99.9th of 120 ms, one of each of `count` equal parts, in an order that mixes them.
fn service_times(count: usize) -> Vec<f64> {
    let mut times: Vec<f64> = (0..count)
        .map(|i| {
            let above = 1.0 - (i as f64 + 0.5) / count as f64;
            0.010 * (0.5 / above).powf(0.4)
        })
        .collect();
    fastrand::Rng::with_seed(3).shuffle(&mut times);
    times
}

/// The time from due to answered of each request: it goes to the server that is free first (Kiefer and Wolfowitz, "On the
/// theory of queues with many servers", 1955).
fn queue(rate: f64, service: &[f64]) -> Vec<f64> {
    // Nanoseconds are ordered.
    let nanoseconds = |seconds: f64| (seconds * 1e9) as u64;
    let mut free: BinaryHeap<Reverse<u64>> = (0..SERVERS).map(|_| Reverse(0)).collect();
    let time = |(number, &service): (usize, &f64)| {
        let due = nanoseconds(number as f64 / rate);
        let Reverse(free_at) = free.pop().unwrap();
        let done = due.max(free_at) + nanoseconds(service);
        free.push(Reverse(done));
        (done - due) as f64 / 1e9
    };
    service.iter().enumerate().map(time).collect()
}

struct Known {
    stub: Stub,
    overslept: Arc<AtomicU64>,
}

/// A server of [`SERVERS`] threads with these service times.
fn known(service: &[f64]) -> Known {
    let overslept: Arc<AtomicU64> = Arc::default();
    let (count, service) = (Arc::clone(&overslept), service.to_vec());
    let stub = stub::start(move |request: Request| {
        let time = service
            .get(request.number as usize)
            .copied()
            .unwrap_or(0.01);
        let until = request.came + Duration::from_secs_f64(time);
        wait_until(until);
        if until.elapsed() > Duration::from_micros(300) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        Reply::Answer(answer(200, "ok"))
    });
    Known { stub, overslept }
}

#[test]
fn a_known_distribution_is_measured_as_it_is() {
    let _turn = TURN
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let count = 6000;
    let service = service_times(count);
    let mean = service.iter().sum::<f64>() / count as f64;
    // Half of what the servers can take.
    let rate = 0.5 * f64::from(SERVERS) / mean;
    let truth = queue(rate, &service);
    let length = Duration::from_secs_f64(count as f64 / rate);
    attempts(|| {
        let known = known(&service);
        let outcome = load(&known.stub, rate, length, SERVERS);
        assert_eq!(outcome.faults.total(), 0, "{}", outcome.faults);
        let overslept = known.overslept.load(Ordering::Relaxed);
        // One in a thousand is what the 99.9th percentile is made of.
        let is_quiet = outcome.kept_up() && overslept <= count as u64 / 1000;
        Attempt {
            is_near: are_near(&outcome, &truth, &PERCENTILES, 0.05),
            disturbed: if is_quiet {
                String::new()
            } else {
                format!(
                    "{} requests delayed, {overslept} answers late",
                    outcome.delayed
                )
            },
        }
    });
    oha(&service, rate, length, &truth);
}

/// What oha says of the same server, for a look: nothing here depends on it.
fn oha(service: &[f64], rate: f64, length: Duration, truth: &[f64]) {
    let known = known(service);
    let output = Command::new("oha")
        .args([
            "--no-tui",
            "--latency-correction",
            "--output-format",
            "json",
        ])
        .args(["-c", &SERVERS.to_string(), "-q", &rate.to_string()])
        .args(["-z", &format!("{}ms", length.as_millis())])
        .arg(format!("http://{}/", known.stub.address))
        .output();
    match output {
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stdout);
            let (_, text) = text
                .split_once("\"latencyPercentiles\"")
                .unwrap_or_default();
            for (share, key) in [(0.5, "\"p50\":"), (0.99, "\"p99\":"), (0.999, "\"p99.9\":")] {
                let value = text
                    .split_once(key)
                    .map(|(_, rest)| rest.split([',', '}']).next());
                eprintln!("oha {key} {value:?} for {:.4}", percentile(truth, share));
            }
        }
        Err(error) => eprintln!("oha: skipped: {error}"),
    }
}
