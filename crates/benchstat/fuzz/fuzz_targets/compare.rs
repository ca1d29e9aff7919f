//! Two inputs through everything. With lines of `---` between them: the old input, the new one, then as far as they are
//! there the filter, the tables, rows, columns, what is ignored, the level of significance, and that of confidence.

#![no_main]

use benchstat::Expressions;
use benchstat_fuzz::properties::{Question, check_comparison};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let mut parts = Parts(Some(text));
    let (old, new) = (parts.next(), parts.next());
    let mut part = || str::from_utf8(parts.next()?).ok();
    let usual = Expressions::default();
    let expressions = Expressions {
        filter: part().unwrap_or(usual.filter),
        table: part().unwrap_or(usual.table),
        row: part().unwrap_or(usual.row),
        col: part().unwrap_or(usual.col),
        ignore: part().unwrap_or(usual.ignore),
    };
    let mut level = |usual| {
        part()
            .and_then(|part| part.trim().parse().ok())
            .unwrap_or(usual)
    };
    let question = Question {
        expressions,
        alpha: level(0.05),
        confidence: level(0.95),
    };
    check_comparison(old.unwrap_or_default(), new.unwrap_or_default(), &question);
});

/// The parts of a text between lines of `---`.
struct Parts<'t>(Option<&'t [u8]>);

impl<'t> Iterator for Parts<'t> {
    type Item = &'t [u8];

    fn next(&mut self) -> Option<&'t [u8]> {
        const BETWEEN: &[u8] = b"\n---\n";
        let text = self.0?;
        let at = text
            .windows(BETWEEN.len())
            .position(|window| window == BETWEEN);
        self.0 = at.map(|at| &text[at + BETWEEN.len()..]);
        Some(at.map_or(text, |at| &text[..at]))
    }
}
