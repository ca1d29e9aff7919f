//! From tables to verdicts.

use benchfmt::{Assumption, Better};

use crate::collection::{Collection, ConfigId};
use crate::environment;
use crate::gates::{Gates, Rule};
use crate::statistics::{holm, shift_interval};
use crate::table::{Cell, ColumnSummary, Table};
use crate::verdict::{Change, Judgement, Verdict, Verdicts};

/// The confidence of the interval behind `unchanged`: two one-sided tests at 5 % each (D. J. Schuirmann, "A Comparison of
/// the Two One-Sided Tests Procedure and the Power Approach", J. Pharmacokinetics and Biopharmaceutics 15, 1987).
const EQUIVALENCE_CONFIDENCE: f64 = 0.90;

/// A share such as 0.1 has no exact value: 10 % more than 10 is still 11.
const ROUNDING: f64 = 4.0 * f64::EPSILON;

/// A row that is to be tested: its place among the judgements, and what its test says.
struct Tested {
    judgement: usize,
    p: f64,
    worse: bool,
    allow: f64,
}

/// Judges every row of the tables: each of the columns, by their labels, against the first.
///
/// In this order: a row without the other side is `missing`, one without a baseline `new`; where the environments differ
/// in what the unit depends on it is `incomparable`; exact values that agree are `unchanged`, and exact values that differ
/// by more than is allowed are `regressed` or `improved`; of other values an interval of the change that lies within
/// ±delta makes them `unchanged`, and a test says `regressed` or `improved`, at the gates' level for the whole family of
/// gating rows by Holm's method; all else is `undecided`.
///
/// Values of a unit that claims to be exact and is not are judged as other values are. Other values of a unit that does
/// not gate are at best `undecided`: they are for the eye.
pub fn judge(
    collection: &Collection,
    tables: &[Table],
    gates: &Gates,
    columns: &[String],
) -> Verdicts {
    let Some((baseline, heads)) = columns.split_first() else {
        return Verdicts::default();
    };
    let mut judge = Judge {
        collection,
        gates,
        judgements: Vec::new(),
        tested: Vec::new(),
    };
    for table in tables {
        let place = |label: &String| {
            table
                .columns()
                .find(|column| column.key().to_string() == *label)
        };
        let base = place(baseline).map(ColumnSummary::place);
        for head in heads {
            let place = place(head).map(ColumnSummary::place);
            for row in table.rows() {
                let cell = |place: Option<usize>| place.and_then(|place| row.cell(place));
                judge.row(table, &row.key().to_string(), head, cell(base), cell(place));
            }
        }
    }
    judge.finish()
}

struct Judge<'a> {
    collection: &'a Collection,
    gates: &'a Gates,
    judgements: Vec<Judgement>,
    tested: Vec<Tested>,
}

impl Judge<'_> {
    fn row(
        &mut self,
        table: &Table,
        case: &str,
        column: &str,
        base: Option<Cell<'_>>,
        head: Option<Cell<'_>>,
    ) {
        let claims_exact = table.assumption() == Assumption::Exact;
        let rule = self.gates.rule(case, table.unit(), claims_exact);
        let mut judgement = Judgement {
            case: case.to_owned(),
            unit: table.unit().to_owned(),
            column: column.to_owned(),
            verdict: Verdict::Undecided,
            gates: rule.gates,
            change: None,
            visible: None,
            differences: Vec::new(),
            accepted: None,
        };
        match (base, head) {
            (None, None) => return,
            (Some(_), None) => judgement.verdict = Verdict::Missing,
            (None, Some(_)) => judgement.verdict = Verdict::New,
            (Some(base), Some(head)) => self.both(&mut judgement, table, &rule, base, head),
        }
        self.judgements.push(judgement);
    }

    fn both(
        &mut self,
        judgement: &mut Judgement,
        table: &Table,
        rule: &Rule<'_>,
        base: Cell<'_>,
        head: Cell<'_>,
    ) {
        let (from, to) = (base.summary().center, head.summary().center);
        let mut change = Change {
            from,
            to,
            interval: None,
        };
        let (base_configs, head_configs) = (configs(base), configs(head));
        judgement.differences =
            environment::differences(self.collection, &rule.agree, &base_configs, &head_configs);
        if !judgement.differences.is_empty() {
            judgement.change = Some(change);
            judgement.verdict = Verdict::Incomparable;
            return;
        }
        let worse = match table.better().unwrap_or(Better::Lower) {
            Better::Lower => to > from,
            Better::Higher => to < from,
        };
        // Lower and higher are symmetric as ratios: a rate that halves is as bad as a time that doubles.
        let (less, more) = (from.min(to), from.max(to));
        let exceeds = |share: f64| more > less * (1.0 + share) * (1.0 + ROUNDING);
        let exact =
            table.assumption() == Assumption::Exact && is_constant(base) && is_constant(head);
        if exact {
            change.interval = change.share().map(|share| (share, share));
            judgement.verdict = match worse {
                _ if !exceeds(rule.delta) => Verdict::Unchanged,
                true if exceeds(rule.allow) => Verdict::Regressed,
                true => Verdict::Unchanged,
                false => Verdict::Improved,
            };
        } else {
            change.interval = shift_interval(base.sample(), head.sample(), EQUIVALENCE_CONFIDENCE);
            let inside = |(low, high): (f64, f64)| low >= -rule.delta && high <= rule.delta;
            if rule.gates && change.interval.is_some_and(inside) {
                judgement.verdict = Verdict::Unchanged;
            } else {
                judgement.visible =
                    shift_interval(base.sample(), head.sample(), 1.0 - self.gates.alpha())
                        .map(|(low, high)| ((1.0 + high) / (1.0 + low)).sqrt() - 1.0);
                if rule.gates {
                    self.tested.push(Tested {
                        judgement: self.judgements.len(),
                        p: head.comparison().map_or(1.0, |comparison| comparison.p),
                        worse,
                        allow: rule.allow,
                    });
                }
            }
        }
        judgement.change = Some(change);
        if judgement.verdict == Verdict::Regressed {
            self.accept(judgement, table.better());
        }
    }

    /// Marks a regression that was agreed to: as long as the value is no worse than the one that was.
    fn accept(&self, judgement: &mut Judgement, better: Option<Better>) {
        let Some((accepted, change)) = self
            .gates
            .accepted_for(&judgement.case, &judgement.unit)
            .zip(judgement.change)
        else {
            return;
        };
        let covered = match better.unwrap_or(Better::Lower) {
            Better::Lower => change.to <= accepted.value,
            Better::Higher => change.to >= accepted.value,
        };
        if covered {
            judgement.accepted = Some(accepted.reason.clone());
        }
    }

    /// Decides the rows that need a test, as one family.
    fn finish(mut self) -> Verdicts {
        let p_values: Vec<f64> = self.tested.iter().map(|tested| tested.p).collect();
        for (tested, p) in self.tested.iter().zip(holm(&p_values)) {
            let judgement = &mut self.judgements[tested.judgement];
            // The interval has to lie beyond what is allowed, not only apart from zero.
            let beyond = judgement
                .change
                .and_then(|change| change.interval)
                .is_some_and(|(low, high)| {
                    let (low, high) = if low > 0.0 {
                        (low, high)
                    } else {
                        (-high, -low)
                    };
                    low > tested.allow && high > tested.allow
                });
            if p < self.gates.alpha() && beyond {
                judgement.verdict = if tested.worse {
                    Verdict::Regressed
                } else {
                    Verdict::Improved
                };
                judgement.visible = None;
            }
        }
        Verdicts {
            judgements: self.judgements,
        }
    }
}

fn configs(cell: Cell<'_>) -> Vec<ConfigId> {
    cell.configs().collect()
}

fn is_constant(cell: Cell<'_>) -> bool {
    let sample = cell.sample();
    sample.first() == sample.last()
}
