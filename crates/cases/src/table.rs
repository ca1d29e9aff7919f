//! A comparison of two files: the results arranged in a table, the statistics, and the text.

use std::hint::black_box;

use benchstat::{Collection, Expressions, Query, Style, write_text};

use crate::results::{self, Sample};
use crate::{Case, Operation};

/// An odd number, so that a median is one of the values.
const RUNS: usize = 9;

pub(crate) fn cases() -> Vec<Case> {
    vec![case(50).gating()]
}

/// A table of so many rows. What it retains is the collection and the text.
fn case(rows: usize) -> Case {
    Case::new(format!("Table/rows={rows}"), move |inputs_stand| {
        let names = results::names(rows);
        let [old, new] = [1, 2].map(|seed| results::runs(&names, RUNS, seed));
        let (old_text, new_text) = (results::text(&old, ""), results::text(&new, ""));
        let query = Query::new(&Expressions::default()).expect("the usual query is one");
        inputs_stand();
        let mut collection = Collection::default();
        for (label, text) in [("old", &old_text), ("new", &new_text)] {
            collection
                .read(label, label, &text[..])
                .expect("memory does not fail");
        }
        let mut text = Vec::new();
        print(&query, &collection, &mut text);
        check(&text, &names, &old, &new);
        Operation::new(move |times| {
            for _ in 0..times {
                text.clear();
                print(black_box(&query), black_box(&collection), &mut text);
                black_box(&text);
            }
        })
    })
}

fn print(query: &Query, collection: &Collection, text: &mut Vec<u8>) {
    let tables = query.tables(collection);
    write_text(&tables, Style::default(), text).expect("a vector takes any bytes");
}

/// Each row has its name and both medians: values of four digits in nanoseconds are all shown in microseconds.
fn check(text: &[u8], names: &[String], old: &[Sample], new: &[Sample]) {
    let text = str::from_utf8(text).expect("the text is UTF-8");
    let rows = text.lines().filter(|line| line.contains("/size="));
    assert_eq!(rows.clone().count(), names.len(), "{text}");
    for (row, name) in rows.zip(names) {
        let mut words = row.split_whitespace();
        assert_eq!(words.next(), Some(&*format!("{name}-8")));
        for samples in [old, new] {
            let median = median(samples, name);
            let shown = format!("{}.{:03}µ", median / 1000, median % 1000);
            let found = words.find(|word| word.ends_with('µ'));
            assert_eq!(found, Some(&*shown), "{row}");
        }
    }
}

fn median(samples: &[Sample], name: &str) -> u32 {
    let own = samples.iter().filter(|sample| sample.name == name);
    let mut values: Vec<u32> = own.map(|sample| sample.nanoseconds).collect();
    values.sort_unstable();
    values[RUNS / 2]
}
