//! The object pools, as metrics.

use admin::Families;
use server::{Served, Service};

/// Adds what a service's pools have done.
pub(crate) fn collector<H: Served>(service: Service<H>) -> impl Fn(&mut Families) + Send + Sync {
    move |families| {
        for (pool, stats) in service.pools() {
            let mut gets = families.counter(
                "pool_gets",
                "Objects taken from a pool: kept by the thread, taken from another's, or made.",
            );
            for (result, count) in [
                ("hit", stats.hits),
                ("steal", stats.steals),
                ("miss", stats.misses),
            ] {
                gets.sample(&[("pool", pool), ("result", result)], count);
            }
            let mut drops = families.counter("pool_drops", "Objects that a pool let go, by why.");
            for (why, count) in [
                ("oversized", stats.drops.oversized),
                ("overflow", stats.drops.overflow),
                ("aged", stats.drops.aged),
            ] {
                drops.sample(&[("pool", pool), ("why", why)], count);
            }
        }
    }
}
