//! From results to verdicts.

use std::cmp::Ordering;

use benchfmt::{Assumption, Better, Printable};

use crate::collection::{Collection, ConfigId};
use crate::environment;
use crate::exact::{exact, lowered, raised};
use crate::gates::{Gates, Rule};
use crate::packages::{PACKAGE, are_apart, keep_ambiguous};
use crate::paired::{Family, Limits, PairedResults};
use crate::query::{Expressions, Query, QueryError};
use crate::rename::Renames;
use crate::statistics::{UTest, holm, shift_interval};
use crate::table::{Cell, ColumnSummary, Table};
use crate::verdict::{Change, Judgement, Verdict, Verdicts};

/// The confidence of the interval behind `unchanged`: two one-sided tests at 5 % each (D. J. Schuirmann, "A Comparison of
/// the Two One-Sided Tests Procedure and the Power Approach", J. Pharmacokinetics and Biopharmaceutics 15, 1987).
const EQUIVALENCE_CONFIDENCE: f64 = 0.90;

/// Judges the results of each input, by its label, against those of the first.
///
/// Rows are benchmarks by their full names, one for each unit; how tables are arranged for the eye does not matter. Where
/// results are of several packages (`pkg:`), benchmarks of one name in two of them are two. In this order: a row without the other side is `missing`, one without a baseline `new`; where the environments differ in what
/// the unit depends on it is `incomparable`. Then
///
/// - values of an exact unit are judged by themselves: `unchanged` if no two of them differ by more than delta, `regressed`
///   or `improved` if all of one side lie beyond all of the other by more than is allowed. If a side's values differ among
///   themselves and overlap the other's, it is `undecided`;
/// - of other values that gate, an interval of the change within ±delta makes them `unchanged`; one-sided tests, of a
///   change for the worse beyond what is allowed and of one for the better, make them `regressed` or `improved`, at the
///   gates' level for the family of all such rows by Holm's method; all else is `undecided`;
/// - values that are not exact and whose sides took turns are judged by their layout comparisons: see
///   [`decide`](crate::paired::decide). Results that are no pairs as they should be, and pairs whose answers differ, are
///   `incomparable`; a row that gates without its pairs gates with them;
/// - other values that do not gate are at best `undecided`: they are for the eye.
///
/// Samples that one process took show no change ([`Replicate`](crate::Replicate)): rows that have them are `undecided`,
/// exact ones where both sides have them.
///
/// Where there are rows of both kinds, of samples and of pairs, half of the gates' level is for each.
///
/// A case that the gates call renamed is compared with its old name where the baseline lacks the new one.
///
/// Where it is not known which direction of a unit is better, any change is for the worse.
///
/// # Errors
///
/// If the filter cannot be parsed.
pub fn judge(
    collection: &Collection,
    gates: &Gates,
    filter: &str,
    labels: &[String],
) -> Result<Verdicts, QueryError> {
    let apart = are_apart(collection);
    let expressions = Expressions {
        filter,
        table: if apart { PACKAGE } else { "" },
        ignore: ".config",
        ..Expressions::default()
    };
    let tables = Query::new(&expressions)?.tables(collection);
    let Some((baseline, heads)) = labels.split_first() else {
        return Ok(Verdicts::default());
    };
    let mut judge = Judge {
        collection,
        gates,
        judgements: Vec::new(),
        tested: Vec::new(),
        test: UTest::default(),
        pairs: PairedResults::of(collection),
        family: Family::default(),
    };
    for table in &tables {
        let package = apart.then(|| table.key().get(PACKAGE));
        let place = |label: &String| {
            let labelled = table
                .columns()
                .find(|column| column.key().to_string() == *label);
            labelled.map(ColumnSummary::place)
        };
        let base = place(baseline);
        for head in heads {
            let place = place(head);
            let renames = Renames::of(table, gates.renamed(), base, place);
            for row in table.rows() {
                let cell = |place: Option<usize>| place.and_then(|place| row.cell(place));
                let case = row.key().to_string();
                let (old, base) = match renames.of_new(&case) {
                    Some((old, cell)) => (Some(old), Some(cell)),
                    None if renames.are_from(&case) => continue,
                    None => (None, cell(base)),
                };
                let names = Names {
                    case: &case,
                    package,
                    old,
                    baseline,
                    column: head,
                };
                judge.row(table, names, base, cell(place));
            }
        }
    }
    let mut verdicts = judge.finish();
    keep_ambiguous(&mut verdicts.judgements);
    Ok(verdicts)
}

struct Judge<'a> {
    collection: &'a Collection,
    gates: &'a Gates,
    judgements: Vec<Judgement>,
    tested: Vec<Tested>,
    test: UTest,
    pairs: PairedResults<'a>,
    family: Family,
}

/// How a row is called.
#[derive(Clone, Copy)]
struct Names<'n> {
    case: &'n str,
    /// Its package, where results are of several.
    package: Option<&'n str>,
    /// The case's name in the baseline, if it is another.
    old: Option<&'n str>,
    /// The labels of the two sides.
    baseline: &'n str,
    column: &'n str,
}

/// A row that is tested: its place among the judgements, its samples, and what its tests say.
struct Tested {
    judgement: usize,
    /// Of no change beyond what is allowed, in either direction.
    p: f64,
    /// The direction for which it speaks.
    verdict: Verdict,
    better: Option<Better>,
    baseline: Vec<f64>,
    head: Vec<f64>,
}

impl Judge<'_> {
    fn row(
        &mut self,
        table: &Table<'_>,
        names: Names<'_>,
        base: Option<Cell<'_>>,
        head: Option<Cell<'_>>,
    ) {
        let claimed = table.assumption() == Assumption::Exact;
        let of_pairs =
            |cell: Option<Cell<'_>>| cell.is_some_and(|cell| self.pairs.concern(&configs(cell)));
        let (base_paired, head_paired) = (of_pairs(base), of_pairs(head));
        let (rule, paired) = if base_paired || head_paired {
            let both = base_paired && head_paired;
            self.gates
                .rule_of_pairs(names.case, table.unit(), claimed, both)
        } else {
            let rule = self.gates.rule(names.case, table.unit(), claimed);
            (rule, false)
        };
        let mut judgement = Judgement {
            case: names.case.to_owned(),
            package: names.package.map(str::to_owned),
            unit: table.unit().to_owned(),
            column: names.column.to_owned(),
            verdict: Verdict::Undecided,
            gates: rule.gates,
            change: None,
            visible: None,
            differences: Vec::new(),
            paired: None,
            problem: None,
            renamed: names.old.map(str::to_owned),
            accepted: None,
        };
        match (base, head) {
            (None, None) => return,
            (Some(_), None) => judgement.verdict = Verdict::Missing,
            (None, Some(_)) => judgement.verdict = Verdict::New,
            (Some(base), Some(head)) if paired => {
                let limits = Limits {
                    allow: rule.allow,
                    delta: rule.delta,
                    better: table.better(),
                };
                self.paired(&mut judgement, names, limits, base, head);
            }
            (Some(base), Some(head)) => {
                self.both(&mut judgement, table.better(), &rule, base, head);
            }
        }
        self.judgements.push(judgement);
    }

    fn both(
        &mut self,
        judgement: &mut Judgement,
        better: Option<Better>,
        rule: &Rule<'_>,
        base: Cell<'_>,
        head: Cell<'_>,
    ) {
        let (from, to) = (base.summary().center, head.summary().center);
        let (base_configs, head_configs) = (configs(base), configs(head));
        judgement.differences =
            environment::differences(self.collection, &rule.agree, &base_configs, &head_configs);
        let (base, head) = (base.sample(), head.sample());
        if !judgement.differences.is_empty() {
            judgement.change = Some(Change {
                from,
                to,
                interval: None,
            });
            judgement.verdict = Verdict::Incomparable;
            return;
        }
        // Of processes there is one, and one shows nothing. What is exact a side cannot hide by saying so of itself alone.
        let of_one = |configs: &[ConfigId]| {
            let of_one = |&config: &ConfigId| self.collection.is_of_one_process(config);
            configs.iter().any(of_one)
        };
        let (base_one, head_one) = (of_one(&base_configs), of_one(&head_configs));
        if (base_one && head_one) || (!rule.exact && (base_one || head_one)) {
            judgement.change = Some(Change {
                from,
                to,
                interval: None,
            });
            return;
        }
        if rule.exact {
            let (verdict, interval) = exact(&base, &head, better, rule);
            judgement.change = Some(Change { from, to, interval });
            judgement.verdict = verdict;
            if verdict == Verdict::Regressed {
                // What was agreed to is the worst that may be found, whatever most values are.
                let found = [head.first(), head.last()].into_iter().flatten();
                Self::accept(self.gates, judgement, better, found.copied());
            }
            return;
        }
        let interval = shift(&base, &head);
        judgement.change = Some(Change { from, to, interval });
        if !rule.gates {
            judgement.visible = visible(&base, &head, 1.0 - self.gates.alpha());
            return;
        }
        if interval.is_some_and(|(low, high)| low >= -rule.delta && high <= rule.delta) {
            judgement.verdict = Verdict::Unchanged;
        }
        // Unchanged or not, it is of the family: which rows are tested must not depend on what the tests will see.
        let (p, verdict) = self.evidence(&base, &head, better, rule.allow);
        self.tested.push(Tested {
            judgement: self.judgements.len(),
            p,
            verdict,
            better,
            baseline: base,
            head,
        });
    }

    /// A row whose sides took turns.
    fn paired(
        &mut self,
        judgement: &mut Judgement,
        names: Names<'_>,
        limits: Limits,
        base: Cell<'_>,
        head: Cell<'_>,
    ) {
        let old = names.old.unwrap_or(names.case);
        let pairs = self.pairs.selected(
            (names.baseline, old, &configs(base)),
            (names.column, names.case, &configs(head)),
            &judgement.unit,
        );
        let pairs = match pairs {
            Ok(pairs) => pairs,
            Err(problem) => {
                judgement.problem = Some(problem);
                judgement.verdict = Verdict::Incomparable;
                return;
            }
        };
        if let Some(answers) = pairs.answers() {
            judgement.differences = vec![answers.clone()];
            judgement.verdict = Verdict::Incomparable;
            return;
        }
        let agreed = self
            .gates
            .accepted_for(names.case, &judgement.unit)
            .and_then(|accepted| {
                let allow = accepted.covers.allow(limits.better)?;
                Some((allow, Printable(&accepted.reason).to_string()))
            });
        let (place, from) = (self.judgements.len(), base.summary().center);
        self.family
            .add(judgement, place, from, &pairs, limits, agreed);
    }

    /// The stronger of two one-sided U tests, doubled: that the values got worse by more than is allowed, and that they got
    /// better.
    fn evidence(
        &mut self,
        base: &[f64],
        head: &[f64],
        better: Option<Better>,
        allow: f64,
    ) -> (f64, Verdict) {
        let bound = match better {
            Some(Better::Higher) => lowered,
            Some(Better::Lower) | None => raised,
        };
        let allowed: Vec<f64> = base.iter().map(|&value| bound(value, allow)).collect();
        let (above, below) = (self.p_above(&allowed, head), self.p_above(head, base));
        let (beyond, short) = (self.p_above(base, head), self.p_above(head, &allowed));
        let (worse, improved) = match better {
            Some(Better::Lower) => (above, below),
            Some(Better::Higher) => (short, beyond),
            // Either way is for the worse.
            None => (above.min(below), 1.0),
        };
        let verdict = if worse <= improved {
            Verdict::Regressed
        } else {
            Verdict::Improved
        };
        ((2.0 * worse.min(improved)).min(1.0), verdict)
    }

    /// The one-sided p value of `values` being no larger than `than`.
    fn p_above(&mut self, than: &[f64], values: &[f64]) -> f64 {
        // Equal samples show nothing.
        let two_sided = self.test.p_value(than, values).unwrap_or(1.0);
        match order(than, values) {
            Ordering::Less => two_sided / 2.0,
            Ordering::Equal | Ordering::Greater => 1.0 - two_sided / 2.0,
        }
    }

    /// Marks a regression that was agreed to: as long as no value that was `found` is worse than the one that was.
    fn accept(
        gates: &Gates,
        judgement: &mut Judgement,
        better: Option<Better>,
        found: impl IntoIterator<Item = f64>,
    ) {
        let accepted = gates.accepted_for(&judgement.case, &judgement.unit);
        let Some((accepted, change)) = accepted.zip(judgement.change) else {
            return;
        };
        let covered = |to: f64| {
            let share = Change { to, ..change }.share();
            accepted.covers.includes(to, share, better)
        };
        if found.into_iter().all(covered) {
            judgement.accepted = Some(Printable(&accepted.reason).to_string());
        }
    }

    /// Decides the rows that were tested, as one family.
    fn finish(mut self) -> Verdicts {
        let both = !self.tested.is_empty() && !self.family.is_empty();
        let alpha = self.gates.alpha() / if both { 2.0 } else { 1.0 };
        self.family.finish(alpha, &mut self.judgements);
        let p_values: Vec<f64> = self.tested.iter().map(|tested| tested.p).collect();
        let alone = 1.0 - alpha / p_values.len().max(1) as f64;
        for (tested, p) in self.tested.iter().zip(holm(&p_values)) {
            let judgement = &mut self.judgements[tested.judgement];
            if judgement.verdict == Verdict::Unchanged {
                continue;
            }
            if p < alpha {
                judgement.verdict = tested.verdict;
                if tested.verdict == Verdict::Regressed {
                    let found = judgement.change.map(|change| change.to);
                    Self::accept(self.gates, judgement, tested.better, found);
                }
            } else {
                judgement.visible = visible(&tested.baseline, &tested.head, alone);
            }
        }
        Verdicts {
            judgements: self.judgements,
        }
    }
}

/// The interval behind `unchanged`. Where all values of both sides are one, it is that of any such samples: those of zeros
/// have no ratio.
fn shift(base: &[f64], head: &[f64]) -> Option<(f64, f64)> {
    let one = base.first().copied();
    let ends = [base.last(), head.first(), head.last()];
    if one.is_some_and(|one| one <= 0.0) && ends.into_iter().all(|end| end.copied() == one) {
        let (base, head) = (vec![1.0; base.len()], vec![1.0; head.len()]);
        return shift_interval(&base, &head, EQUIVALENCE_CONFIDENCE);
    }
    shift_interval(base, head, EQUIVALENCE_CONFIDENCE)
}

/// The change that samples with this spread show half of the time at a confidence level: half the width of its interval.
fn visible(base: &[f64], head: &[f64], confidence: f64) -> Option<f64> {
    let (low, high) = shift_interval(base, head, confidence)?;
    Some(((1.0 + high) / (1.0 + low)).sqrt() - 1.0)
}

/// Whether the values of one sample are mostly smaller or larger than those of another: the sign of the U statistic.
fn order(first: &[f64], second: &[f64]) -> Ordering {
    let smaller: usize = first
        .iter()
        .map(|a| second.partition_point(|b| b < a))
        .sum();
    let larger: usize = first
        .iter()
        .map(|a| second.len() - second.partition_point(|b| b <= a))
        .sum();
    smaller.cmp(&larger)
}

fn configs(cell: Cell<'_>) -> Vec<ConfigId> {
    cell.configs().collect()
}
