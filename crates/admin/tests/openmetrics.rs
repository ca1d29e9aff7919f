//! What `/metrics` gives is OpenMetrics: by the grammar of the specification, checked here line by line, and by Prometheus's own
//! parser where Python has it.

#![forbid(unsafe_code)]

mod client;

use std::collections::HashSet;
use std::io::Write;
use std::process::{Command, Stdio};

use admin::{Activity, Admin, Families, Kind, Names, Number, Route};
use proptest::prelude::*;

/// Checks an exposition by the specification's section 3.2, and what it demands beyond the grammar of counters, histograms and
/// families. An error says which line is wrong.
fn check(text: &str) -> Result<(), String> {
    let body = text.strip_suffix("# EOF\n").ok_or("no # EOF at the end")?;
    // Of families and of what their samples may be named: no two may clash.
    let mut names: HashSet<String> = HashSet::new();
    let mut family = (String::new(), String::new());
    let mut samples: HashSet<String> = HashSet::new();
    // The labels and the count of the last bucket.
    let mut bucket: Option<(String, f64)> = None;
    for line in body.lines() {
        let wrong = |what: &str| Err(format!("{what}: {line:?}"));
        if let Some(rest) = line.strip_prefix("# ") {
            let mut words = rest.splitn(3, ' ');
            let (keyword, name, text) = (words.next(), words.next(), words.next());
            match (keyword, name, text) {
                (Some("TYPE"), Some(name), Some(kind @ ("counter" | "gauge" | "histogram"))) => {
                    let suffixes = match kind {
                        "counter" => ["_total", "_created"].as_slice(),
                        "histogram" => &["_bucket", "_count", "_sum", "_created"],
                        _ => &[],
                    };
                    let mut of_samples = suffixes.iter().map(|suffix| format!("{name}{suffix}"));
                    if !is_name(name)
                        || !names.insert(name.to_owned())
                        || !of_samples.all(|name| names.insert(name))
                    {
                        return wrong("a name that is none, or that another has");
                    }
                    family = (name.to_owned(), kind.to_owned());
                }
                (Some("UNIT"), Some(name), Some(unit)) => {
                    if name != family.0 || !name.ends_with(&format!("_{unit}")) {
                        return wrong("a unit that the name does not end with");
                    }
                }
                (Some("HELP"), Some(name), Some(help)) => {
                    if name != family.0 || unescaped(help).is_none() {
                        return wrong("a help that is not the family's, or not escaped");
                    }
                }
                _ => return wrong("no descriptor"),
            }
            continue;
        }
        let Some((name, labels, value)) = sample(line) else {
            return wrong("no sample");
        };
        let Some(suffix) = name.strip_prefix(family.0.as_str()) else {
            return wrong("a sample outside its family");
        };
        let fits = match family.1.as_str() {
            "counter" => suffix == "_total" && value >= 0.0,
            "gauge" => suffix.is_empty(),
            _ => matches!(suffix, "_bucket" | "_count" | "_sum") && value >= 0.0,
        };
        if !fits
            || !samples
                .insert(line[..line.len() - line.rsplit(' ').next().unwrap_or("").len()].to_owned())
        {
            return wrong("a sample that does not fit its family, or given twice");
        }
        if suffix == "_bucket" && family.1 == "histogram" {
            let Some((rest, bound)) = labels.rsplit_once("le=\"") else {
                return wrong("a bucket without a bound");
            };
            // With one below 0 the sum may go down, and there must be none.
            let number: f64 = bound.trim_end_matches('"').parse().unwrap_or(f64::NAN);
            if number.is_nan() || number < 0.0 {
                return wrong("a bucket whose bound is negative or none");
            }
            if let Some((before, count)) = &bucket
                && before == rest
                && *count > value
            {
                return wrong("a bucket with less than the one below");
            }
            bucket = (bound != "+Inf\"").then(|| (rest.to_owned(), value));
        } else if bucket.is_some() {
            return wrong("a histogram without its last bucket");
        }
    }
    Ok(())
}

/// A name, the text between the braces, and the value.
fn sample(line: &str) -> Option<(&str, &str, f64)> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || "_:".contains(c)))?;
    let (name, rest) = line.split_at(end);
    let (labels, value) = match rest.strip_prefix('{') {
        Some(rest) => {
            let end = rest.rfind("} ")?;
            (&rest[..end], &rest[end + 2..])
        }
        None => ("", rest.strip_prefix(' ')?),
    };
    let value = match value {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        "NaN" => f64::NAN,
        number
            if number
                .bytes()
                .all(|byte| b"0123456789.eE+-".contains(&byte)) =>
        {
            number.parse().ok()?
        }
        _ => return None,
    };
    (is_name(name) && are_labels(labels)).then_some((name, labels, value))
}

fn are_labels(mut labels: &str) -> bool {
    let mut names = HashSet::new();
    while !labels.is_empty() {
        let Some((name, rest)) = labels.split_once("=\"") else {
            return false;
        };
        if !is_name(name) || name.contains(':') || !names.insert(name) {
            return false;
        }
        let mut is_escaped = false;
        let end = rest.find(|c| {
            let ends = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            ends
        });
        let Some(end) = end else {
            return false;
        };
        if unescaped(&rest[..end]).is_none() {
            return false;
        }
        labels = match &rest[end + 1..] {
            "" => "",
            more => match more.strip_prefix(',') {
                Some(more) if !more.is_empty() => more,
                _ => return false,
            },
        };
    }
    true
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    !name.is_empty() && !name.starts_with(|c: char| c.is_ascii_digit()) && name.chars().all(fits)
}

/// A text without its escapes; `None` if it has one that is none.
fn unescaped(text: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        plain.push(match c {
            '\\' => match rest.next()? {
                'n' => '\n',
                c @ ('\\' | '"') => c,
                _ => return None,
            },
            '"' => return None,
            c => c,
        });
    }
    Some(plain)
}

/// Has Prometheus's parser read it; says so where there is none.
fn check_with_python(text: &str) {
    let program = "import sys\n\
        try:\n from prometheus_client.openmetrics.parser import text_string_to_metric_families as read\n\
        except ImportError:\n sys.exit(3)\n\
        assert list(read(sys.stdin.read()))\n";
    let child = Command::new("python3")
        .args(["-c", program])
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child.inspect_err(|error| eprintln!("skipped: python3: {error}")) else {
        return;
    };
    // One that ends early has not read it.
    let _ = child.stdin.take().unwrap().write_all(text.as_bytes());
    let output = child.wait_with_output().unwrap();
    if output.status.code() == Some(3) {
        eprintln!("skipped: python3 has no prometheus_client");
        return;
    }
    assert!(
        output.status.success(),
        "{}\n{text}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn what_the_port_gives_is_openmetrics() {
    let activity = Activity::new(Names {
        routes: &["GET /data", "a \"quoted\\ route\n"],
        waits: &[],
    });
    let connection = activity.connection("127.0.0.1:1".parse().unwrap());
    for (route, status) in [(0, 200), (1, 418), (0, 503), (7, 404)] {
        connection.request(Route::nth(route)).answered(status);
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let serving = Admin::bind("127.0.0.1:0".parse().unwrap(), None)
        .unwrap()
        .activity(activity)
        .runtime("public", runtime.handle())
        .collector(|families: &mut Families| {
            families
                .counter("pool_gets_total", "Gets.")
                .sample(&[("pool", "orders")], 7_u64);
            families
                .gauge("9 lives", "")
                .sample(&[("le", "1"), ("a b", "\n")], f64::NAN);
        })
        .serve()
        .unwrap();
    let answer = client::get(serving.local_addr(), "/metrics", "");
    assert!(
        answer
            .head
            .contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"),
        "{}",
        answer.head
    );
    let text = answer.body();
    check(&text).unwrap_or_else(|wrong| panic!("{wrong}\n{text}"));
    check_with_python(&text);
    assert!(
        text.contains("tokio_workers{runtime=\"public\"} "),
        "{text}"
    );
    assert!(
        text.contains("pool_gets_total{pool=\"orders\"} 7\n"),
        "{text}"
    );
}

/// Names of families: any, and such as clash with those of another's samples.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c_0-9 :]{0,4}(_total|_bytes)?",
        "[ab](_total|_bucket|_count|_sum|_created){0,2}",
    ]
}

proptest! {
    #[test]
    fn whatever_families_are_made_of_they_are_openmetrics(
        families in prop::collection::vec(
            (0_u8..3, name(), "\\PC*", prop::collection::vec(("[a-c ]{0,2}|le", "[\\\\\"\n -~]*"), 0..3), (-0.5..0.5, any::<f64>())),
            0..12,
        ),
    ) {
        let mut all = Families::new();
        for (kind, name, help, labels, (low, value)) in &families {
            let labels: Vec<(&str, &str)> = labels.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            match kind {
                0 => {
                    all.family(Kind::Counter, name, help).sample(&labels, *value);
                }
                1 => {
                    all.gauge(name, help).sample(&labels, Number::Integer(value.to_bits()));
                }
                _ => {
                    all.histogram(name, help).buckets(&labels, &[*low, 0.5, *value], &[1, 2, 3, 4], *value);
                }
            }
        }
        let text = all.text();
        prop_assert_eq!(check(&text), Ok(()), "{}", text);
    }
}

#[test]
fn of_families_that_clash_the_first_stays() {
    let mut families = Families::new();
    families
        .histogram("a", "")
        .buckets(&[], &[1.0], &[2, 3], 4.0);
    families.gauge("a_count", "").sample(&[], 1_u64);
    families.gauge("b_sum", "").sample(&[], 2_u64);
    families
        .histogram("b", "")
        .buckets(&[], &[1.0], &[2, 3], 4.0);
    families.gauge("a_counts", "").sample(&[], 3_u64);
    let text = families.text();
    assert_eq!(check(&text), Ok(()), "{text}");
    let types: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("# TYPE"))
        .collect();
    let expected = [
        "# TYPE a histogram",
        "# TYPE b_sum gauge",
        "# TYPE a_counts gauge",
    ];
    assert_eq!(types, expected);
}

#[test]
fn a_text_that_is_no_openmetrics_is_found_out() {
    for text in [
        "# TYPE a counter\na 1\n# EOF\n",
        "# TYPE a gauge\na 1\na 2\n# EOF\n",
        "# TYPE a gauge\na{b=\"1\",b=\"2\"} 1\n# EOF\n",
        "# TYPE a gauge\na{b=\"\\q\"} 1\n# EOF\n",
        "# TYPE a gauge\n# TYPE a gauge\n# EOF\n",
        "# TYPE a gauge\nb 1\n# EOF\n",
        "# TYPE a counter\na_total -1\n# EOF\n",
        "# TYPE a gauge\na 1\n",
        "# TYPE a histogram\n# TYPE a_count gauge\n# EOF\n",
        "# TYPE a_total gauge\n# TYPE a counter\n# EOF\n",
        "# TYPE a histogram\na_bucket{le=\"-1.0\"} 0\na_bucket{le=\"+Inf\"} 0\na_count 0\na_sum 0\n# EOF\n",
    ] {
        assert!(check(text).is_err(), "{text}");
    }
}
