//! What `/metrics` tells.

use crate::activity::{Activity, Names};
use crate::heap;
use crate::openmetrics::Families;
use crate::process;
use crate::runtime::Runtime;
use crate::slot::{Owner, State};
use crate::tasks::said;
use crate::traffic::{BOUNDS, STATUSES, Totals};

/// What adds metrics of its own to `/metrics`: an object pool, a cache.
///
/// A closure `Fn(&mut Families)` is one. It is called for each scrape, on the admin port's thread.
pub trait Collector: Send + Sync {
    /// Adds the samples of this moment.
    fn collect(&self, families: &mut Families);
}

impl<F: Fn(&mut Families) + Send + Sync> Collector for F {
    fn collect(&self, families: &mut Families) {
        self(families);
    }
}

/// The service's requests and connections.
pub(crate) fn activity(activity: &Activity, families: &mut Families) {
    let names = activity.names();
    let mut opened = 0;
    let mut totals = vec![Totals::new(names.waits.len()); names.routes.len() + 1];
    for traffic in activity.traffic() {
        traffic.add_to(&mut opened, &mut totals);
    }
    let mut routes: Vec<(&str, Totals)> = Vec::new();
    for (name, total) in names.routes.iter().copied().chain(["other"]).zip(totals) {
        // Routes of one name have one line, and so have those named as the others are.
        match routes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => sum.add(&total),
            None => routes.push((name, total)),
        }
    }
    for (route, total) in &routes {
        requests(route, total, families);
    }
    let bounds = BOUNDS.map(|bound| bound as f64 / 1e9);
    let mut seconds = families.histogram(
        "http_request_duration_seconds",
        "From a request's complete head to the end of its answer, by route.",
    );
    for (route, total) in &routes {
        let sum = total.nanoseconds as f64 / 1e9;
        seconds.buckets(&[("route", route)], &bounds, &total.times, sum);
    }
    for (route, total) in &routes {
        stages(route, total, names, families);
    }
    families
        .counter("http_connections_opened", "Connections accepted.")
        .sample(&[], opened);
    connections(activity, families);
}

fn requests(route: &str, total: &Totals, families: &mut Families) {
    let mut counter = families.counter("http_requests", "Requests answered, by route and status.");
    for (status, count) in STATUSES.iter().zip(&total.statuses) {
        if *count > 0 {
            let status = status.to_string();
            counter.sample(&[("route", route), ("status", &status)], *count);
        }
    }
    let [.., other, unanswered] = total.statuses;
    if other > 0 {
        counter.sample(&[("route", route), ("status", "other")], other);
    }
    families
        .counter(
            "http_requests_unanswered",
            "Requests whose client left before they had a status, by route.",
        )
        .sample(&[("route", route)], unanswered);
}

/// What requests spent their time on, in the words of the list of tasks.
fn stages(route: &str, total: &Totals, names: Names, families: &mut Families) {
    let mut stages: Vec<(String, u64)> = Vec::new();
    for (code, nanoseconds) in (0..).zip(&total.states) {
        let state = State::of_code(code);
        if *nanoseconds == 0 || state == State::Idle {
            continue;
        }
        let name = said(state, names);
        // Waits of one name are one stage.
        match stages.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += nanoseconds,
            None => stages.push((name, *nanoseconds)),
        }
    }
    let mut counter = families.counter(
        "http_request_stage_seconds",
        "What requests spent their time on, from the first byte of the head to the end of the answer, by route.",
    );
    for (stage, nanoseconds) in &stages {
        let labels = [("route", route), ("stage", stage)];
        counter.sample(&labels, *nanoseconds as f64 / 1e9);
    }
}

/// How many connections are open, by what they do.
fn connections(activity: &Activity, families: &mut Families) {
    let kinds = [
        "idle",
        "reading head",
        "reading body",
        "parsing",
        "handling",
        "waiting",
        "encoding",
        "writing answer",
    ];
    let mut counts = [0_u64; 8];
    let mut tasks = 0_u64;
    for seen in activity.seen() {
        match (seen.owner, seen.state) {
            (Owner::Task(_), _) => tasks += 1,
            (_, State::Idle) => counts[0] += 1,
            (_, State::ReadingHead) => counts[1] += 1,
            (_, State::ReadingBody) => counts[2] += 1,
            (_, State::Parsing) => counts[3] += 1,
            (_, State::Handling) => counts[4] += 1,
            (_, State::Waiting(_)) => counts[5] += 1,
            (_, State::Encoding) => counts[6] += 1,
            (_, State::WritingAnswer) => counts[7] += 1,
        }
    }
    let mut gauge = families.gauge("http_connections", "Open connections, by what they do.");
    for (kind, count) in kinds.iter().zip(counts) {
        gauge.sample(&[("state", kind)], count);
    }
    families
        .gauge("service_tasks", "Tasks that belong to no connection.")
        .sample(&[], tasks);
}

/// The process, as the kernel sees it.
pub(crate) fn process(families: &mut Families) {
    let process = process::read();
    let mut gauge = |name: &str, help: &str, value: Option<f64>| {
        if let Some(value) = value {
            families.gauge(name, help).sample(&[], value);
        }
    };
    gauge(
        "process_resident_memory_bytes",
        "Resident memory.",
        process.resident_bytes,
    );
    gauge(
        "process_virtual_memory_bytes",
        "Address space.",
        process.virtual_bytes,
    );
    gauge(
        "process_open_fds",
        "Open file descriptors.",
        process.open_files,
    );
    gauge("process_threads", "Threads.", process.threads);
    if let Some(seconds) = process.cpu_seconds {
        families
            .counter("process_cpu_seconds", "Processor time, user and system.")
            .sample(&[], seconds);
    }
}

/// The allocator, as its samples show it; nothing if it takes none.
pub(crate) fn allocator(families: &mut Families) {
    let Some(sums) = heap::totals() else {
        return;
    };
    let mut gauge = |name: &str, help: &str, value: f64| {
        families.gauge(name, help).sample(&[], value.round());
    };
    gauge(
        "allocator_live_bytes",
        "Bytes alive, estimated from samples.",
        sums.live_bytes,
    );
    gauge(
        "allocator_live_objects",
        "Allocations alive, estimated from samples.",
        sums.live_objects,
    );
    let mut counter = |name: &str, help: &str, value: f64| {
        families.counter(name, help).sample(&[], value.round());
    };
    counter(
        "allocator_allocated_bytes",
        "Bytes allocated, estimated from samples.",
        sums.allocated_bytes,
    );
    counter(
        "allocator_allocations",
        "Allocations, estimated from samples.",
        sums.allocated_objects,
    );
}

/// A tokio runtime, as tokio-metrics sees it.
pub(crate) fn runtime(runtime: &Runtime, families: &mut Families) {
    let labels = [("runtime", runtime.name())];
    let totals = runtime.totals();
    families
        .gauge("tokio_workers", "Worker threads.")
        .sample(&labels, totals.workers);
    families
        .gauge("tokio_live_tasks", "Tasks that have not ended.")
        .sample(&labels, totals.live_tasks);
    families
        .gauge(
            "tokio_global_queue_depth",
            "Tasks ready to run that no worker has taken.",
        )
        .sample(&labels, totals.global_queue_depth);
    families
        .counter(
            "tokio_worker_parks",
            "How often a worker found nothing to do and slept.",
        )
        .sample(&labels, totals.parks);
    families
        .counter("tokio_worker_busy_seconds", "Time that workers spent busy.")
        .sample(&labels, totals.busy.as_secs_f64());
}
