//! Gates judge every row, whatever they say.

use benchstat::{Gates, Style, judge, write_json, write_verdicts, write_verdicts_markdown};

use super::{RESULTS, assert_printable};

/// Checks that a text is a file of gates whose rules can be used, or an error that can be shown.
///
/// # Panics
///
/// If it is neither.
pub fn check_gates(text: &str) {
    let gates = match Gates::parse(text) {
        Ok(gates) => gates,
        Err(error) => return assert_printable(&error.to_string()),
    };
    assert!((0.0..1.0).contains(&gates.alpha()));
    for case in ["Copy/size=10/mode=fast-8", "Sort", ""] {
        for unit in ["sec/op", "count/op", ""] {
            for exact in [true, false] {
                let rule = gates.rule(case, unit, exact);
                for share in [rule.allow, rule.delta] {
                    assert!(share >= 0.0 && share.is_finite());
                }
                assert!(gates.selects(case) || !rule.gates);
            }
        }
    }
    let labels = ["old", "new"].map(str::to_owned);
    let verdicts = judge(&RESULTS, &gates, "*", &labels).expect("a star is a filter");
    // The same results on both sides: 5 times, 3 sizes and a rate.
    assert_eq!(verdicts.judgements.len(), 9);
    assert!(verdicts.judgements.iter().all(|row| !row.fails()));
    let outcome = verdicts.outcome(true);
    let mut shown = Vec::new();
    write_verdicts(&verdicts, Style::default(), &mut shown).expect("a vector takes any bytes");
    write_verdicts_markdown(&verdicts, outcome, &mut shown).expect("a vector takes any bytes");
    assert_printable(str::from_utf8(&shown).expect("text"));
    let mut json = Vec::new();
    write_json(&[], Some((&verdicts, outcome)), None, &mut json).expect("a vector takes any bytes");
    serde_json::from_slice::<serde::de::IgnoredAny>(&json).expect("JSON");
}
