//! Verdicts as a page carries them: what is shown of each, and no more.

use benchstat::Verdict;
use benchstat::document::JudgementView;
use serde::Serialize;

/// A verdict, as a list: there may be thousands, and the names of fields would be most of each.
#[derive(Debug, Serialize)]
pub(super) struct Judged<'a>(
    /// The place of the case among the names.
    usize,
    /// The unit.
    &'a str,
    /// The label of the input.
    &'a str,
    Verdict,
    /// Whether it gates.
    bool,
    /// Whether it was agreed to.
    bool,
    /// The baseline's value.
    Option<f64>,
    /// The other's.
    Option<f64>,
    /// The change as a share.
    Option<f64>,
    /// Where the change lies.
    Option<[f64; 2]>,
    /// What else there is to say.
    String,
    /// The package, where a name is of several.
    Option<&'a str>,
);

impl<'a> Judged<'a> {
    /// A verdict on the case whose name has a place.
    pub(super) fn new(name: usize, row: &'a JudgementView) -> Self {
        let renamed = row.renamed_from.iter().map(|old| format!("was {old}"));
        let accepted = row.accepted.iter().map(|why| format!("accepted: {why}"));
        let words: Vec<String> = renamed
            .chain(row.reason.clone())
            .chain(accepted)
            .chain(row.problem.clone())
            .chain(row.differences.iter().cloned())
            .collect();
        Self(
            name,
            &row.unit,
            &row.column,
            row.verdict,
            row.gates,
            row.accepted.is_some(),
            row.baseline.map(shown),
            row.value.map(shown),
            row.change.map(shown),
            row.interval.map(|ends| ends.map(shown)),
            words.join("; "),
            row.package.as_deref(),
        )
    }
}

/// A number with more digits than are shown; a whole one is as it is.
fn shown(number: f64) -> f64 {
    if number.fract() == 0.0 {
        return number;
    }
    format!("{number:.7e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_keep_their_digits_and_others_eight() {
        assert_eq!(shown(12_345_678_901.0), 12_345_678_901.0);
        assert_eq!(shown(0.123_456_789_012), 0.123_456_79);
        assert_eq!(shown(-1.5e-9), -1.5e-9);
    }
}
