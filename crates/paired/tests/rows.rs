//! Pairs as lines: what is written reads back, and what is no pair is an error that says why.

use benchfmt::{Benchmark, Reader, Record, Writer};
use paired::{Digest, PairMeasurement, PairRow, Place, RowError, Side, Sides, Stage};
use proptest::prelude::*;

fn sides<T: std::fmt::Debug>(
    each: impl Strategy<Value = T> + Clone,
) -> impl Strategy<Value = Sides<T>> {
    (each.clone(), each).prop_map(|(base, head)| Sides { base, head })
}

fn row() -> impl Strategy<Value = PairRow> {
    let time = 1e-3..1e12_f64;
    let stage = prop_oneof![Just(Stage::Screen), Just(Stage::Confirm)];
    let place = (stage, any::<[u32; 3]>(), any::<u64>(), sides(any::<u64>())).prop_map(
        |(stage, [looks, layout, pair], run, seeds)| Place {
            stage,
            looks,
            run,
            layout,
            seeds,
            pair,
        },
    );
    let measurement = (
        sides(time.clone()),
        sides(time),
        0..i64::MAX as u64,
        sides(any::<u64>()),
        prop_oneof![Just(0.0), 1e-3..1.0_f64],
    )
        .prop_map(|(cpu, wall, iterations, answers, extra)| PairMeasurement {
            cpu,
            wall,
            iterations,
            extra,
            answers: answers.map(Digest::new),
        });
    (
        sides("[A-Z][a-z]{0,5}(/[a-z]=[a-z0-9]{1,5}){0,3}"),
        place,
        measurement,
    )
        .prop_map(|(names, place, measurement)| PairRow {
            names,
            place,
            measurement,
        })
}

/// The lines of one side, as they are read from the file that they were written to.
fn through_a_file(lines: impl Iterator<Item = Benchmark>) -> Vec<Benchmark> {
    let mut text = Vec::new();
    let mut writer = Writer::new(&mut text);
    lines.for_each(|line| writer.write(&line).unwrap());
    let mut reader = Reader::new(&text[..], "file");
    let mut read = Vec::new();
    while let Some(record) = reader.next_record().unwrap() {
        let Record::Result(line) = record else {
            panic!("{record:?}")
        };
        read.push(line.to_benchmark());
    }
    read
}

proptest! {
    #[test]
    fn what_is_written_reads_back(rows in prop::collection::vec(row(), 1..5)) {
        let base = through_a_file(rows.iter().map(|row| row.lines().base));
        let head = through_a_file(rows.iter().map(|row| row.lines().head));
        let read: Result<Vec<_>, _> =
            base.iter().zip(&head).map(|(base, head)| PairRow::read(Sides { base, head })).collect();
        prop_assert_eq!(read, Ok(rows));
    }
}

fn example() -> PairRow {
    PairRow {
        names: Sides::both("Invoice/items=10/variant=pooled".to_owned()),
        place: Place {
            stage: Stage::Confirm,
            looks: 3,
            run: 5_820_143_977,
            layout: 4,
            seeds: Sides {
                base: 81726,
                head: 0,
            },
            pair: 2,
        },
        measurement: PairMeasurement {
            cpu: Sides {
                base: 2613.5,
                head: 2639.5,
            },
            wall: Sides {
                base: 2650.0,
                head: 2651.0,
            },
            iterations: 80000,
            extra: 0.0,
            answers: Sides {
                base: Digest::new(0x9f3c),
                head: Digest::new(0x9f3d),
            },
        },
    }
}

#[test]
fn lines_look_like_the_documentation() {
    let mut text = Vec::new();
    Writer::new(&mut text)
        .write(&example().lines().base)
        .unwrap();
    let expected = "\
stage: confirm
looks: 3
run: 5820143977
layout: 4
seed: 81726
pair: 2
answer: 0000000000009f3c

BenchmarkInvoice/items=10/variant=pooled 80000 2613.5 ns/op 2650 wall-ns/op
";
    assert_eq!(String::from_utf8(text).unwrap(), expected);
    assert_eq!(example().lines().head.config.get("seed"), None);
}

#[test]
fn lines_that_are_no_pair_are_errors_with_the_place() {
    let read = |change: fn(&mut Sides<Benchmark>)| {
        let mut lines = example().lines();
        change(&mut lines);
        PairRow::read(Sides {
            base: &lines.base,
            head: &lines.head,
        })
    };
    assert_eq!(read(|_| ()), Ok(example()));
    assert!(matches!(
        read(|lines| lines.head.config.set("pair", "")),
        Err(RowError::Key {
            side: Side::Head,
            key: "pair",
            value: None,
            ..
        })
    ));
    assert!(matches!(
        read(|lines| lines.base.config.set("stage", "guess")),
        Err(RowError::Key {
            side: Side::Base,
            key: "stage",
            value: Some(_),
            ..
        })
    ));
    assert!(matches!(
        read(|lines| lines.base.measurements[1].unit = "sec/op".to_owned()),
        Err(RowError::Time {
            side: Side::Base,
            unit: "wall-ns/op",
            ..
        })
    ));
    assert!(matches!(
        read(|lines| lines.head.measurements[0].value = -1.0),
        Err(RowError::Time {
            side: Side::Head,
            unit: "ns/op",
            ..
        })
    ));
    let apart: [fn(&mut Sides<Benchmark>); 4] = [
        |lines| lines.head.config.set("run", "5"),
        |lines| lines.head.config.set("layout", "5"),
        |lines| lines.head.config.set("stage", "screen"),
        |lines| lines.head.iterations = 1,
    ];
    for change in apart {
        assert!(matches!(read(change), Err(RowError::Apart { .. })));
    }
}
