//! The rows of a comparison whose sides took turns.

use super::decide::{Limits, PairedRow, decide};
use super::differences::Differences;
use super::pairs::Pairs;
use crate::verdict::{Change, Judgement, Paired, Verdict};

/// The rows that are decided together, by their judgements.
#[derive(Debug, Default)]
pub(crate) struct Family {
    members: Vec<Member>,
}

#[derive(Debug)]
struct Member {
    /// Its place among the judgements.
    judgement: usize,
    row: PairedRow,
    /// The share by which it was agreed that it may get worse, and the reason.
    agreed: Option<(f64, String)>,
}

impl Family {
    pub(crate) fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Takes a row of comparable pairs: describes it in its judgement, the next of `place`, and keeps it if it gates.
    /// `base` is the baseline's value.
    pub(crate) fn add(
        &mut self,
        judgement: &mut Judgement,
        place: usize,
        base: f64,
        pairs: &Pairs,
        limits: Limits,
        agreed: Option<(f64, String)>,
    ) {
        let row = pairs.row(limits);
        judgement.change = change(base, &row);
        judgement.paired = Some(basis(pairs, &row));
        if !judgement.gates {
            let alone = Differences::equivalence_confidence(row.looks);
            judgement.visible = row.differences().visible(alone);
        } else if pairs.have_same_code() {
            judgement.verdict = Verdict::Unchanged;
        } else {
            self.members.push(Member {
                judgement: place,
                row,
                agreed,
            });
        }
    }

    /// Decides the rows, at this level for all.
    pub(crate) fn finish(self, alpha: f64, judgements: &mut [Judgement]) {
        let mut rows: Vec<PairedRow> = Vec::with_capacity(self.members.len());
        rows.extend(self.members.iter().map(|member| member.row.clone()));
        let decisions = decide(&rows, alpha);
        // Once more, with what was agreed to allowed: what is a regression no longer is covered.
        for (row, member) in rows.iter_mut().zip(&self.members) {
            if let Some((allow, _)) = member.agreed {
                row.limits.allow = row.limits.allow.max(allow);
            }
        }
        let beyond = decide(&rows, alpha);
        for ((member, decision), beyond) in self.members.into_iter().zip(decisions).zip(beyond) {
            let Some(judgement) = judgements.get_mut(member.judgement) else {
                continue;
            };
            judgement.verdict = decision.verdict;
            judgement.visible = decision.visible;
            if let Some(paired) = &mut judgement.paired {
                paired.p = decision.p;
            }
            let covered = beyond.verdict != Verdict::Regressed;
            if decision.verdict == Verdict::Regressed && covered {
                judgement.accepted = member.agreed.map(|(_, reason)| reason);
            }
        }
    }
}

/// The change as the differences show it, from the baseline's value.
fn change(base: f64, row: &PairedRow) -> Option<Change> {
    let differences = row.differences();
    Some(Change {
        from: base,
        to: base * (1.0 + differences.change()?),
        interval: differences.interval(Differences::equivalence_confidence(row.looks)),
    })
}

fn basis(pairs: &Pairs, row: &PairedRow) -> Paired {
    let confirmed = !row.confirmed.is_empty();
    let (count, comparisons) = pairs.sizes(confirmed);
    Paired {
        confirmed,
        layouts: row.differences().layouts(),
        comparisons,
        pairs: count,
        confidence: Differences::equivalence_confidence(row.looks),
        p: None,
        same_code: pairs.have_same_code(),
    }
}
