//! Decisions on paired rows, as one family.

use benchfmt::Better;

use super::differences::Differences;
use crate::statistics::holm;
use crate::verdict::Verdict;

/// What a change of a row may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The share by which the value may get worse.
    pub allow: f64,
    /// The smallest change that matters, as a share: what lies within is unchanged.
    pub delta: f64,
    /// Which direction is better; if that is not known, any change is for the worse.
    pub better: Option<Better>,
}

/// One case, as its pairs show it.
#[derive(Clone, Debug, PartialEq)]
pub struct PairedRow {
    /// What its change may be.
    pub limits: Limits,
    /// Over how many looks its errors are spent: those of all stages that were planned.
    pub looks: u32,
    /// What screening showed.
    pub screened: Differences,
    /// What confirmation showed; none if it was not selected.
    pub confirmed: Differences,
}

impl PairedRow {
    /// The differences that speak: those of the confirmation if there are any. Screening chose the row by its own
    /// differences, so they cannot confirm what they suggested.
    pub fn differences(&self) -> &Differences {
        if self.confirmed.is_empty() {
            &self.screened
        } else {
            &self.confirmed
        }
    }
}

/// What became of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PairedDecision {
    /// `Regressed`, `Improved`, `Unchanged` or `Undecided`.
    pub verdict: Verdict,
    /// The p value of no change beyond what is allowed, corrected for the looks and the family; nothing for a row that was
    /// not selected, which is not tested.
    pub p: Option<f64>,
    /// For an undecided row: the change that it would have shown half of the time, as a share.
    pub visible: Option<f64>,
}

/// Decides rows that were measured together.
///
/// - A row is `Unchanged` if the interval of its change lies within ±delta: two one-sided signed-rank tests, 5 % a side over
///   all looks.
/// - Of the other rows those that were confirmed are `Regressed` or `Improved` if the signed-rank test says so at the level
///   `alpha` for the family of all confirmed rows, by Holm's method, and for all looks, by Bonferroni's. The family is no
///   larger than that because its data are fresh: whatever screening selected, a row without a change has the p value of
///   one in its confirmation.
/// - All else is `Undecided`.
///
/// A row's p value is that of the last look at it, times the number of looks. That is no less than the smallest over all
/// looks times their number, which is a p value whenever sampling stops; so it does not matter why it stopped.
pub fn decide(rows: &[PairedRow], alpha: f64) -> Vec<PairedDecision> {
    decide_among(rows, alpha, 0)
}

/// Decides rows as [`decide`] does, of a family that may have so many `others`, of which nothing is known here: rows that
/// are measured elsewhere.
///
/// A row that is decided so is decided the same way once the others are there, whatever they show: Holm's p values are
/// largest where the others speak least, and fewer others make them smaller.
pub fn decide_among(rows: &[PairedRow], alpha: f64, others: usize) -> Vec<PairedDecision> {
    let family: Vec<usize> = (0..rows.len())
        .filter(|&at| !rows[at].confirmed.is_empty())
        .collect();
    let evidence: Vec<(f64, Verdict)> = family
        .iter()
        .map(|&at| {
            let row = &rows[at];
            let (p, verdict) = row.confirmed.evidence(&row.limits);
            ((p * f64::from(row.looks.max(1))).min(1.0), verdict)
        })
        .collect();
    let mut p_values: Vec<f64> = evidence.iter().map(|&(p, _)| p).collect();
    p_values.resize(family.len() + others, 1.0);
    let mut tests: Vec<Option<(f64, Verdict)>> = vec![None; rows.len()];
    for ((&at, &(_, verdict)), p) in family.iter().zip(&evidence).zip(holm(&p_values)) {
        tests[at] = Some((p, verdict));
    }
    rows.iter()
        .zip(tests)
        .map(|(row, test)| {
            let tested = if test.is_some() {
                family.len() + others
            } else {
                1
            };
            decision(row, test, alpha, tested)
        })
        .collect()
}

fn decision(
    row: &PairedRow,
    test: Option<(f64, Verdict)>,
    alpha: f64,
    tested: usize,
) -> PairedDecision {
    let differences = row.differences();
    let verdict = match test {
        _ if differences.are_unchanged(row.limits.delta, row.looks) => Verdict::Unchanged,
        Some((p, verdict)) if p < alpha => verdict,
        _ => Verdict::Undecided,
    };
    let undecided = verdict == Verdict::Undecided;
    let alone = 1.0 - alpha / f64::from(row.looks.max(1)) / tested as f64;
    PairedDecision {
        verdict,
        p: test.map(|(p, _)| p),
        visible: undecided.then(|| differences.visible(alone)).flatten(),
    }
}
