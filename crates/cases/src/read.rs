//! Reading the Go benchmark format: benchmarks that run again and again, and benchmarks that run once.

use std::hint::black_box;

use benchfmt::{Reader, Record};

use crate::results::{self, Sample};
use crate::{Case, Operation};

const LINES: usize = 500;

pub(crate) fn cases() -> Vec<Case> {
    vec![case(50).gating(), case(LINES).gating()]
}

/// Reading so many different names on [`LINES`] lines.
fn case(names: usize) -> Case {
    Case::new(
        format!("Read/lines={LINES}/names={names}"),
        move |inputs_stand| {
            let samples = results::runs(&results::names(names), LINES / names, 1);
            let text = results::text(&samples, "\t     312 B/op\t       4 allocs/op");
            inputs_stand();
            check(&text, &samples);
            Operation::new(move |times| {
                for _ in 0..times {
                    black_box(sum(black_box(&text)));
                }
            })
        },
    )
}

/// The sum of all values in a text: each record is looked at.
fn sum(text: &[u8]) -> f64 {
    let mut reader = Reader::new(text, "sample");
    let mut sum = 0.0;
    while let Ok(Some(record)) = reader.next_record() {
        if let Record::Result(result) = record {
            sum += result.values().sum::<f64>();
        }
    }
    sum
}

fn check(text: &[u8], samples: &[Sample]) {
    let mut reader = Reader::new(text, "sample");
    let mut expected = samples.iter();
    while let Some(record) = reader.next_record().expect("memory does not fail") {
        let Record::Result(result) = record else {
            panic!("{record:?}");
        };
        let sample = expected.next().expect("a line gives one result");
        assert_eq!(result.name().full(), format!("{}-8", sample.name));
        assert_eq!(result.config().get("pkg"), Some("example/shop"));
        let measured: Vec<_> = result
            .measurements()
            .map(|measured| (measured.written_value, measured.written_unit))
            .collect();
        let nanoseconds = f64::from(sample.nanoseconds);
        assert_eq!(
            measured,
            [(nanoseconds, "ns/op"), (312.0, "B/op"), (4.0, "allocs/op")]
        );
    }
    assert_eq!(expected.count(), 0);
}
