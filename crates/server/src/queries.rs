//! What stands behind the handler, as metrics: the connections in the terms of Go's `sql.DBStats`, the queries, the cache.

use admin::Families;
use server::{Served, Service};
use store::{CacheStats, PoolStats, QueryStats, Store};

/// Adds what a service's store has done, if it has one.
pub(crate) fn collector<H: Served>(service: Service<H>) -> impl Fn(&mut Families) + Send + Sync {
    move |families| {
        let Some(accounts) = &service.behind().accounts else {
            return;
        };
        connections(&accounts.store().pool(), families);
        queries(&accounts.store().queries(), families);
        if let Some(stats) = accounts.cache() {
            cache(&stats, families);
        }
    }
}

fn connections(stats: &PoolStats, families: &mut Families) {
    families
        .gauge(
            "db_connections_max",
            "Connections to the database that there may be.",
        )
        .sample(&[], stats.max as u64);
    let mut connections =
        families.gauge("db_connections", "Connections to the database, by state.");
    connections.sample(&[("state", "in_use")], stats.in_use as u64);
    connections.sample(&[("state", "idle")], stats.idle as u64);
    families
        .counter(
            "db_connection_waits",
            "Requests that had to wait for a connection to the database.",
        )
        .sample(&[], stats.waits);
    families
        .counter(
            "db_connection_wait_seconds",
            "How long they waited, also those that did so in vain.",
        )
        .sample(&[], stats.waited.as_secs_f64());
    families
        .counter(
            "db_connection_timeouts",
            "Requests that waited for a connection in vain.",
        )
        .sample(&[], stats.timeouts);
}

fn queries(stats: &QueryStats, families: &mut Families) {
    let mut queries = families.counter(
        "db_queries",
        "Queries sent to the database, by what they do.",
    );
    queries.sample(&[("kind", "read")], stats.reads);
    queries.sample(&[("kind", "write")], stats.writes);
    families
        .counter(
            "db_query_failures",
            "Queries that failed, those that got no connection included.",
        )
        .sample(&[], stats.failures);
}

fn cache(stats: &CacheStats, families: &mut Families) {
    let mut requests = families.counter("cache_requests", "Requests to the cache, by result.");
    requests.sample(&[("result", "hit")], stats.hits);
    requests.sample(&[("result", "miss")], stats.misses);
    families
        .counter(
            "cache_loads",
            "Queries begun for answers that were not kept: those who ask for one answer at a time share one.",
        )
        .sample(&[], stats.loads);
    families
        .counter(
            "cache_evictions",
            "Answers that went because their time was over, or their room was needed.",
        )
        .sample(&[], stats.evictions);
    families
        .gauge("cache_entries", "Answers that are kept, about.")
        .sample(&[], stats.entries);
    families
        .gauge("cache_bytes", "Bytes that they take, about.")
        .sample(&[], stats.bytes);
}
