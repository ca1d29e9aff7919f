//! What a service says of itself while it is under load.

use std::collections::BTreeMap;

use benchfmt::Measurement;

/// The sample names of counters that are read, as the service's admin port calls them.
const REQUESTS: &str = "http_requests_total";
const STAGES: &str = "http_request_stage_seconds_total";

/// Counters that are told per request: their names, and the units of what is told.
const EACH: [(&str, &str); 5] = [
    ("db_queries_total", "queries/op"),
    ("db_connection_waits_total", "connection-waits/op"),
    ("db_connection_wait_seconds_total", "connection-wait-sec/op"),
    ("db_connection_timeouts_total", "connection-timeouts/op"),
    ("cache_loads_total", "cache-loads/op"),
];

/// What comes before a stage's name in its unit.
const STAGE: &str = "stage-";

/// A service's counters at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters {
    /// Sums over all labels, but for stages, which are told by name: `None` where the service has no such counter.
    sums: BTreeMap<String, f64>,
}

impl Counters {
    /// Reads metrics: as much of OpenMetrics 1.0 as is needed. What is not read is passed over.
    ///
    /// ```
    /// use load::Counters;
    ///
    /// let before = Counters::read("http_requests_total{route=\"/a\",status=\"200\"} 10\ndb_queries_total{kind=\"read\"} 4\n");
    /// let after = Counters::read("http_requests_total{route=\"/a\",status=\"200\"} 30\ndb_queries_total{kind=\"read\"} 44\n");
    /// let told = before.until(&after);
    /// assert_eq!((told[0].value, &*told[0].unit), (2.0, "queries/op"));
    /// ```
    pub fn read(metrics: &str) -> Self {
        let mut sums = BTreeMap::new();
        for line in metrics.lines() {
            let Some((name, labels, value)) = sample(line) else {
                continue;
            };
            let key = if name == STAGES {
                let Some(stage) = label(labels, "stage") else {
                    continue;
                };
                format!("{STAGE}{}", stage.replace(' ', "-"))
            } else if name == REQUESTS || EACH.iter().any(|(counter, _)| *counter == name) {
                name.to_owned()
            } else {
                continue;
            };
            *sums.entry(key).or_insert(0.0) += value;
        }
        Self { sums }
    }

    /// What came of each request from this moment to a later one: queries, waits, and the seconds of each stage, where the service
    /// counts them. Nothing where it answered no request.
    pub fn until(&self, later: &Self) -> Vec<Measurement> {
        let grown = |name: &str| {
            let after = later.sums.get(name)?;
            Some(after - self.sums.get(name).unwrap_or(&0.0))
        };
        let requests = grown(REQUESTS).unwrap_or_default();
        if requests < 1.0 {
            return Vec::new();
        }
        let each = EACH.map(|(name, unit)| (name.to_owned(), unit.to_owned()));
        let stages = later.sums.keys().filter(|name| name.starts_with(STAGE));
        let stages = stages.map(|name| (name.clone(), format!("{name}-sec/op")));
        each.into_iter()
            .chain(stages)
            .filter_map(|(name, unit)| {
                let value = grown(&name)? / requests;
                Some(Measurement { value, unit })
            })
            .collect()
    }
}

/// Name, labels and value of a line of metrics.
fn sample(line: &str) -> Option<(&str, &str, f64)> {
    let end = line.find(['{', ' '])?;
    let (name, rest) = line.split_at(end);
    if name.is_empty() || name.starts_with('#') {
        return None;
    }
    let (labels, rest) = match rest.strip_prefix('{') {
        // A label's value may hold any character, and a sample's value holds no brace.
        Some(rest) => rest.rsplit_once('}')?,
        None => ("", rest),
    };
    let value = rest.split_whitespace().next()?.parse().ok()?;
    Some((name, labels, value))
}

/// The value of a label that has no character to be escaped.
fn label<'a>(labels: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = labels;
    loop {
        let (key, value) = rest.split_once("=\"")?;
        let (value, after) = value.split_once('"')?;
        if key.trim_start_matches(',') == name {
            return Some(value);
        }
        rest = after;
    }
}

/// The time of a request, stage by stage, as a table: nothing where the service does not tell.
pub fn stages(measurements: &[Measurement]) -> String {
    let mut stages: Vec<(&str, f64)> = measurements
        .iter()
        .filter_map(|measured| {
            let name = measured.unit.strip_prefix(STAGE)?.strip_suffix("-sec/op")?;
            Some((name, measured.value))
        })
        .collect();
    stages.sort_by(|a, b| b.1.total_cmp(&a.1));
    let all: f64 = stages.iter().map(|(_, seconds)| seconds).sum();
    if all <= 0.0 {
        return String::new();
    }
    let mut text = String::from("\nwhere a request's time goes in the service:\n");
    for (name, seconds) in stages {
        let share = 100.0 * seconds / all;
        let name = name.replace('-', " ");
        text += &format!("{share:7.1} %  {:>10.1} µs  {name}\n", 1e6 * seconds);
    }
    text
}
