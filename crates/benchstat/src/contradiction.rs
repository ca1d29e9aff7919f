//! Whether verdicts that were read agree with themselves: what they come to follows from their rows.

use benchfmt::Printable;
use thiserror::Error;

use crate::document::{JudgementView, VerdictsView};
use crate::verdict::{Outcome, Verdict};

/// In what verdicts contradict themselves.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Contradiction {
    /// A row says of itself that it fails, or does not, and its verdict says otherwise.
    #[error(
        "row {row}, {} in {}: fails is {fails}, which its verdict contradicts",
        Printable(case),
        Printable(unit)
    )]
    Fails {
        /// The row, counted from 0.
        row: usize,
        /// Its case.
        case: String,
        /// Its unit.
        unit: String,
        /// What it says.
        fails: bool,
    },
    /// A row has an outcome that is not the outcome of all.
    #[error(
        "the outcome is {}, where row {row}, {} in {}, is {verdict} and gates",
        outcome.as_str(),
        Printable(case),
        Printable(unit)
    )]
    Row {
        /// The outcome that the verdicts have.
        outcome: Outcome,
        /// The row, counted from 0.
        row: usize,
        /// Its case.
        case: String,
        /// Its unit.
        unit: String,
        /// What came of it.
        verdict: Verdict,
    },
    /// There is no row for the outcome.
    #[error("the outcome is {}, which no row is that gates", .0.as_str())]
    NoRow(Outcome),
    /// The exit code is another outcome's.
    #[error("the exit code is {code}, where that of {} is {}", outcome.as_str(), outcome.code())]
    Code {
        /// The outcome.
        outcome: Outcome,
        /// The exit code that the verdicts have.
        code: u8,
    },
}

/// Whether verdicts agree with themselves. Two things they do not say: whether a decision was required, so that undecided
/// rows may have passed; and what could not be measured, which makes a comparison without any such row incomparable.
pub(crate) fn check(verdicts: &VerdictsView) -> Result<(), Contradiction> {
    let &VerdictsView {
        outcome, exit_code, ..
    } = verdicts;
    let rows = || verdicts.judgements.iter().enumerate();
    if let Some((at, row)) = rows().find(|(_, row)| row.fails != row.must_fail()) {
        return Err(Contradiction::Fails {
            row: at,
            case: row.case.clone(),
            unit: row.unit.clone(),
            fails: row.fails,
        });
    }
    let first = |wanted: &dyn Fn(&JudgementView) -> bool| rows().find(|(_, row)| wanted(row));
    let failing = first(&JudgementView::must_fail);
    let incomparable = first(&|row| row.gates && row.verdict == Verdict::Incomparable);
    let undecided = first(&|row| row.gates && row.verdict == Verdict::Undecided);
    // The first outcome that has a row is that of all.
    let against = match outcome {
        Outcome::Failed => None,
        Outcome::Incomparable => failing,
        Outcome::Undecided | Outcome::Passed => failing.or(incomparable),
    };
    if let Some((at, row)) = against {
        return Err(Contradiction::Row {
            outcome,
            row: at,
            case: row.case.clone(),
            unit: row.unit.clone(),
            verdict: row.verdict,
        });
    }
    let is_shown = match outcome {
        Outcome::Failed => failing.is_some(),
        Outcome::Undecided => undecided.is_some(),
        Outcome::Incomparable | Outcome::Passed => true,
    };
    if !is_shown {
        return Err(Contradiction::NoRow(outcome));
    }
    if exit_code != outcome.code() {
        return Err(Contradiction::Code {
            outcome,
            code: exit_code,
        });
    }
    Ok(())
}
