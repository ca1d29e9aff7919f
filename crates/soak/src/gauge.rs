//! What is watched.

/// Something that a service has some of, and that must not grow for ever.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gauge {
    /// The metric, which is summed over its labels.
    pub metric: &'static str,
    /// What it counts.
    pub name: &'static str,
    /// Whether it counts bytes.
    pub is_bytes: bool,
    /// A growth over a whole run that is smaller than this is none, whatever the test says: what settles late, or a page
    /// or two.
    pub slack: f64,
}

/// All gauges. A service that does not have one is not asked for it.
pub const GAUGES: [Gauge; 4] = [
    Gauge {
        metric: "process_resident_memory_bytes",
        name: "resident memory",
        is_bytes: true,
        // An allocator's arenas grow in steps of this order.
        slack: 256.0 * 1024.0,
    },
    Gauge {
        metric: "allocator_live_bytes",
        name: "live heap",
        is_bytes: true,
        // It is estimated from one sample in half a mebibyte.
        slack: 1024.0 * 1024.0,
    },
    Gauge {
        metric: "tokio_live_tasks",
        name: "tasks",
        is_bytes: false,
        slack: 2.0,
    },
    Gauge {
        metric: "http_connections",
        name: "connections",
        is_bytes: false,
        slack: 2.0,
    },
];
