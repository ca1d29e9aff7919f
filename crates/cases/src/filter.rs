//! A filter: parsed, and put to a list of names.

use std::hint::black_box;

use benchstat::Selection;

use crate::results;
use crate::{Case, Operation};

/// Words, a list, a regular expression, a minus sign and parentheses.
const FILTER: &str = ".name:(Parse OR Sort) -(/variant:naive OR /size:/[02]$/)";

pub(crate) fn cases() -> Vec<Case> {
    vec![case(50)]
}

fn case(count: usize) -> Case {
    Case::new(format!("Filter/names={count}"), move |inputs_stand| {
        let names = results::names(count);
        inputs_stand();
        let selection = Selection::parse(FILTER).expect("the filter is one");
        for name in &names {
            let mut parts = name.split('/');
            let base = parts.next();
            let is_named = base == Some("Parse") || base == Some("Sort");
            let is_out = name.ends_with("/variant=naive")
                || parts.any(|part| {
                    part.starts_with("size=") && (part.ends_with('0') || part.ends_with('2'))
                });
            assert_eq!(
                selection.selects(name, "sec/op"),
                is_named && !is_out,
                "{name}"
            );
        }
        Operation::new(move |times| {
            for _ in 0..times {
                let selection = Selection::parse(black_box(FILTER));
                let selected = selection.map(|selection| {
                    names
                        .iter()
                        .filter(|name| selection.selects(name, "sec/op"))
                        .count()
                });
                let _ = black_box(selected);
            }
        })
    })
}
