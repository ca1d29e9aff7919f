//! Many profiles in a row of a program that has both cores busy: it goes on, and keeps no more memory than after the first.
//!
//! `PROFILES=200 cargo test --package admin --release --test soak -- --nocapture` is the long form, and prints what it
//! measured; `cargo build --package admin --release --examples` comes first.

#![forbid(unsafe_code)]

mod client;
mod service;

use std::env;
use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use client::get;
use profile::Profile;
use service::Service;

/// A metric's value.
fn metric(address: SocketAddr, name: &str) -> f64 {
    let text = get(address, "/metrics", "").body();
    let line = text
        .lines()
        .find(|line| line.starts_with(name))
        .expect("the metric");
    let value = line.rsplit(' ').next().expect("a value");
    value.parse().expect("a number")
}

fn resident(address: SocketAddr) -> f64 {
    metric(address, "process_resident_memory_bytes") / 1e6
}

/// Requests a second while something is done.
fn rate(address: SocketAddr, work: impl FnOnce()) -> f64 {
    let count = || {
        metric(
            address,
            "http_requests_total{route=\"GET /busy\",status=\"200\"}",
        )
    };
    let (before, began) = (count(), Instant::now());
    work();
    (count() - before) / began.elapsed().as_secs_f64()
}

#[test]
fn many_profiles_in_a_row() {
    let count: usize = env::var("PROFILES").map_or(12, |text| text.parse().expect("a count"));
    let service = Service::start();
    let address = service.address;
    thread::sleep(Duration::from_millis(500));
    let at_first = resident(address);

    // The first of each kind costs what stays.
    let kinds = [
        "profile?seconds=1",
        "heap",
        "allocs",
        "profile?seconds=1&format=flamegraph&frequency=1000",
    ];
    for kind in kinds {
        service.profile(&format!("/debug/pprof/{kind}"));
    }
    let after_first = resident(address);
    let alone = rate(address, || thread::sleep(Duration::from_secs(2)));
    let profiled = rate(address, || {
        service.profile("/debug/pprof/profile?seconds=2&frequency=99");
    });
    // Where other programs have both cores meanwhile, there is nothing to sample.
    let mut empty = 0;
    for number in 0..count {
        let kind = kinds[number % kinds.len()];
        let progress = rate(address, || {
            let bytes = service.profile(&format!("/debug/pprof/{kind}"));
            if !kind.contains("flamegraph") {
                let top = Profile::read(&bytes).expect("a profile").top();
                empty += usize::from(top.rows.is_empty());
            }
        });
        assert!(progress > 0.0, "requests go on during {kind}");
    }
    let after_last = resident(address);
    eprintln!(
        "resident: {at_first:.1} MB before, {after_first:.1} MB after the first of each kind, {after_last:.1} MB after \
         {count} more, of which {empty} are empty\nrequests a second: {alone:.0} before, {profiled:.0} during a profile at 99 Hz, {:.0} after",
        rate(address, || thread::sleep(Duration::from_secs(2)))
    );
    assert!(
        after_last < 1.1 * after_first,
        "{after_first:.1} MB, then {after_last:.1} MB"
    );
}
