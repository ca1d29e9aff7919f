//! The rules that turn comparisons into verdicts: what a change may be, and which rows decide.

mod error;

use std::collections::{BTreeMap, BTreeSet};

use benchfmt::normalize;
use serde::Deserialize;

use crate::accepted::{Accepted, Renamed, Stated};
use crate::environment;
use crate::selection::Selection;
pub use error::GatesError;

/// The level of significance unless a file says otherwise: one false call in twenty comparisons of equal code.
const ALPHA: f64 = 0.05;

/// The smallest change of a paired time that matters, unless a file says otherwise: 1 %, which is about what layouts of the
/// same code differ by, and what a run of some minutes can tell from none.
const PAIRED_DELTA: f64 = 0.01;

/// The unit that decides where it is paired, whatever a file says of it: the time that a thread was on a processor.
const PAIRED: &str = "sec/op";

/// The unit that decides nothing: the time that passed meanwhile, with all that the machine did besides.
const WALL: &str = "wall-sec/op";

/// A file of gates.
///
/// | key | |
/// | --- | --- |
/// | `filter` | the cases that decide; all unless given |
/// | `alpha` | the level of significance for all rows that are tested; 0.05 unless given |
/// | `units."UNIT"` | `gate`, `exact`, `allow`, `delta`, and `agree`, the keys of the environment that must |
/// | `paired."UNIT"` | `gate`, `allow` and `delta` where both sides took turns; `sec/op` gates there with a delta of 0.01 unless it says otherwise |
/// | `[[exceptions]]` | `filter`, `units`, what holds instead, and a `reason` |
/// | `[[accepted]]` | a `case` and `unit` that may get worse, to a `value` or, paired, by a `change`, and a `reason` |
/// | `[[renamed]]` | a case's name `from` older results, and the one that it has been changed `to` |
///
/// ```
/// use benchstat::Gates;
///
/// let gates = Gates::parse(
///     r#"
///     filter = ".name:(Data OR Invoice)"
///
///     [units."instructions/op"]
///     allow = 0.001
///
///     [[exceptions]]
///     filter = "/items:1000"
///     units = ["instructions/op"]
///     allow = 0.01
///     reason = "its buffers grow, and how often depends on the allocator"
///     "#,
/// )?;
/// assert_eq!(gates.rule("Invoice/items=10", "instructions/op", true).allow, 0.001);
/// assert_eq!(gates.rule("Invoice/items=1000", "instructions/op", true).allow, 0.01);
/// assert!(!gates.rule("Buffer/step=push", "instructions/op", true).gates);
/// # Ok::<(), benchstat::GatesError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Gates {
    alpha: f64,
    selection: Selection,
    units: BTreeMap<String, UnitGate>,
    paired: BTreeMap<String, PairedGate>,
    exceptions: Vec<(Selection, Exception)>,
    accepted: Vec<Accepted>,
    renamed: Vec<Renamed>,
}

/// What a file of gates says, as it stands there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default = "everything")]
    filter: String,
    #[serde(default = "alpha")]
    alpha: f64,
    #[serde(default)]
    units: BTreeMap<String, UnitGate>,
    #[serde(default)]
    paired: BTreeMap<String, PairedGate>,
    #[serde(default)]
    exceptions: Vec<Exception>,
    #[serde(default)]
    accepted: Vec<Stated>,
    #[serde(default)]
    renamed: Vec<Renamed>,
}

impl File {
    /// Refuses units that no row has: rows are judged in base units.
    fn check_units(&self) -> Result<(), GatesError> {
        let excepted = self.exceptions.iter().filter_map(|own| own.units.as_ref());
        let units = self.units.keys().chain(self.paired.keys());
        let units = units.chain(excepted.flatten());
        for unit in units.chain(self.accepted.iter().map(Stated::unit)) {
            let (base, _) = normalize(unit);
            if base != unit.as_str() {
                return Err(GatesError::Unit {
                    unit: unit.clone(),
                    base: base.into_owned(),
                });
            }
        }
        Ok(())
    }
}

fn everything() -> String {
    "*".to_owned()
}

fn alpha() -> f64 {
    ALPHA
}

/// What holds for a unit.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitGate {
    gate: Option<bool>,
    exact: Option<bool>,
    allow: Option<f64>,
    delta: Option<f64>,
    agree: Option<Vec<String>>,
}

/// What holds for a unit where both sides took turns.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PairedGate {
    gate: Option<bool>,
    allow: Option<f64>,
    delta: Option<f64>,
}

/// What holds for some cases of a unit instead.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    filter: String,
    units: Option<Vec<String>>,
    gate: Option<bool>,
    allow: Option<f64>,
    delta: Option<f64>,
    reason: String,
}

/// What holds for one row: one case in one unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule<'g> {
    /// Whether the row decides about the exit code.
    pub gates: bool,
    /// Whether the unit's values are exact: measuring again gives the same.
    pub exact: bool,
    /// The share by which the value may get worse, such as 0.01 for 1 %.
    pub allow: f64,
    /// The smallest change that matters, as a share: what lies within is unchanged.
    pub delta: f64,
    /// The keys of the environment that must agree.
    pub agree: Vec<&'g str>,
    /// Why the row is an exception, if it is one.
    pub reason: Option<&'g str>,
}

impl Default for Gates {
    /// No file: exact units gate, nothing is allowed.
    fn default() -> Self {
        Self {
            alpha: ALPHA,
            selection: Selection::all(),
            units: BTreeMap::new(),
            paired: BTreeMap::new(),
            exceptions: Vec::new(),
            accepted: Vec::new(),
            renamed: Vec::new(),
        }
    }
}

impl Gates {
    /// Reads a file of gates.
    ///
    /// # Errors
    ///
    /// If it is not TOML of this form, a filter cannot be parsed, a share is out of range, or a reason is missing.
    pub fn parse(text: &str) -> Result<Self, GatesError> {
        let file: File = toml::from_str(text)?;
        if !(0.0..1.0).contains(&file.alpha) {
            let (place, field) = ("gates".to_owned(), "alpha");
            return Err(GatesError::Range {
                place,
                field,
                value: file.alpha,
            });
        }
        file.check_units()?;
        for (unit, gate) in &file.units {
            check_shares(unit, gate.allow, gate.delta)?;
        }
        for (unit, gate) in &file.paired {
            check_shares(&format!("paired {unit}"), gate.allow, gate.delta)?;
            if unit == WALL && gate.gate != Some(false) {
                return Err(GatesError::Wall(WALL));
            }
        }
        let mut exceptions = Vec::new();
        for exception in file.exceptions {
            check_shares(&exception.filter, exception.allow, exception.delta)?;
            check_reason(&exception.filter, &exception.reason)?;
            exceptions.push((selection(&exception.filter)?, exception));
        }
        let accepted: Vec<Accepted> = file
            .accepted
            .into_iter()
            .map(Stated::checked)
            .collect::<Result<_, _>>()?;
        check_accepted(&accepted)?;
        check_renames(&file.renamed)?;
        Ok(Self {
            alpha: file.alpha,
            selection: selection(&file.filter)?,
            units: file.units,
            paired: file.paired,
            exceptions,
            accepted,
            renamed: file.renamed,
        })
    }

    /// The level of significance for the family of all rows that are tested.
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// Whether the filter of the gates selects a case, whatever the unit.
    pub fn selects(&self, case: &str) -> bool {
        self.selection.selects(case, "")
    }

    /// The units that the file names, with and without pairs.
    pub(crate) fn units(&self) -> impl Iterator<Item = &str> {
        let units = self.units.keys().chain(self.paired.keys());
        units.map(String::as_str)
    }

    /// The changes that were agreed to.
    pub fn accepted(&self) -> &[Accepted] {
        &self.accepted
    }

    /// The accepted change for a row, if there is one.
    pub fn accepted_for(&self, case: &str, unit: &str) -> Option<&Accepted> {
        self.accepted
            .iter()
            .find(|accepted| accepted.case == case && accepted.unit == unit)
    }

    /// The gates without the accepted changes that the gates of a baseline have, too: what was accepted by then is in its
    /// results.
    #[must_use]
    pub fn since(mut self, baseline: &Self) -> Self {
        self.accepted
            .retain(|accepted| !baseline.accepted.contains(accepted));
        self
    }

    /// The cases that have another name in older results.
    pub fn renamed(&self) -> &[Renamed] {
        &self.renamed
    }

    /// What holds for a row. `exact` says that the results claim the unit to be exact, which counts unless the file says
    /// otherwise; an exact unit gates unless the file says otherwise, and others do not.
    pub fn rule(&self, case: &str, unit: &str, exact: bool) -> Rule<'_> {
        let gate = self.units.get(unit);
        let exact = gate.and_then(|gate| gate.exact).unwrap_or(exact);
        let exception = self.exception(case, unit);
        let gates = exception
            .and_then(|exception| exception.gate)
            .or(gate.and_then(|gate| gate.gate));
        let allow = exception
            .and_then(|exception| exception.allow)
            .or(gate.and_then(|gate| gate.allow));
        let delta = exception
            .and_then(|exception| exception.delta)
            .or(gate.and_then(|gate| gate.delta));
        let allow = allow.unwrap_or(0.0);
        let agree = gate.and_then(|gate| gate.agree.as_ref());
        Rule {
            exact,
            gates: gates.unwrap_or(exact) && self.selection.selects(case, unit),
            allow,
            delta: delta.unwrap_or(allow),
            agree: agree.map_or_else(
                || environment::keys_of(unit).collect(),
                |keys| keys.iter().map(String::as_str).collect(),
            ),
            reason: exception.map(|exception| exception.reason.as_str()),
        }
    }

    /// What holds for a row whose sides took turns. Nothing of the environment has to agree: it was the same for both. Times
    /// on the processor, `sec/op`, gate unless the file says otherwise; of other units those that it names under `paired`.
    pub fn paired_rule(&self, case: &str, unit: &str) -> Rule<'_> {
        let gate = self.paired.get(unit);
        let exception = self.exception(case, unit);
        let gates = exception
            .and_then(|exception| exception.gate)
            .or(gate.and_then(|gate| gate.gate))
            .unwrap_or(gate.is_some() || unit == PAIRED);
        let allow = exception
            .and_then(|exception| exception.allow)
            .or(gate.and_then(|gate| gate.allow));
        let delta = exception
            .and_then(|exception| exception.delta)
            .or(gate.and_then(|gate| gate.delta));
        let allow = allow.unwrap_or(0.0);
        Rule {
            exact: false,
            gates: gates && unit != WALL && self.selection.selects(case, unit),
            allow,
            delta: delta.unwrap_or(allow.max(PAIRED_DELTA)),
            agree: Vec::new(),
            reason: exception.map(|exception| exception.reason.as_str()),
        }
    }

    /// What holds for a row of which a side, or `both`, took turns, and whether it is its pairs that are judged.
    ///
    /// That they are pairs is what results say of themselves. So it takes nothing from what holds without them: an exact unit
    /// stays one, and a row that gates goes on to gate, unless the file says of the pairs of both sides that they do not.
    pub(crate) fn rule_of_pairs(
        &self,
        case: &str,
        unit: &str,
        claimed: bool,
        both: bool,
    ) -> (Rule<'_>, bool) {
        let decide = unit == PAIRED || self.paired.contains_key(unit);
        // And that a unit whose pairs decide is exact, is for the file to say.
        let plain = self.rule(case, unit, claimed && !decide);
        if plain.exact {
            return (plain, false);
        }
        let pairs = self.paired_rule(case, unit);
        let of_unit = self.paired.get(unit).and_then(|gate| gate.gate);
        let declined = both && of_unit == Some(false);
        let gates = pairs.gates || (plain.gates && !declined);
        let limits = if gates && !pairs.gates { plain } else { pairs };
        let rule = Rule {
            gates,
            agree: Vec::new(),
            ..limits
        };
        (rule, true)
    }

    fn exception(&self, case: &str, unit: &str) -> Option<&Exception> {
        let found = self.exceptions.iter().find(|(selection, exception)| {
            let of_unit = exception
                .units
                .as_ref()
                .is_none_or(|units| units.iter().any(|own| own == unit));
            of_unit && selection.selects(case, unit)
        });
        found.map(|(_, exception)| exception)
    }
}

fn selection(filter: &str) -> Result<Selection, GatesError> {
    Selection::parse(filter).map_err(|error| GatesError::Filter {
        filter: filter.to_owned(),
        error,
    })
}

fn check_shares(place: &str, allow: Option<f64>, delta: Option<f64>) -> Result<(), GatesError> {
    for (field, share) in [("allow", allow), ("delta", delta)] {
        if let Some(value) = share
            && !(value.is_finite() && value >= 0.0)
        {
            return Err(GatesError::Range {
                place: place.to_owned(),
                field,
                value,
            });
        }
    }
    Ok(())
}

fn check_accepted(accepted: &[Accepted]) -> Result<(), GatesError> {
    let mut rows = BTreeSet::new();
    for Accepted { case, unit, .. } in accepted {
        if !rows.insert((case, unit)) {
            let (case, unit) = (case.clone(), unit.clone());
            return Err(GatesError::AcceptedTwice { case, unit });
        }
    }
    Ok(())
}

fn check_renames(renamed: &[Renamed]) -> Result<(), GatesError> {
    let (mut olds, mut news) = (BTreeMap::new(), BTreeMap::new());
    for Renamed { from, to } in renamed {
        *olds.entry(from).or_insert(0) += 1;
        *news.entry(to).or_insert(0) += 1;
    }
    for Renamed { from, to } in renamed {
        if from == to || olds[from] > 1 || news[to] > 1 {
            return Err(GatesError::Renamed { name: to.clone() });
        }
    }
    Ok(())
}

pub(crate) fn check_reason(place: &str, reason: &str) -> Result<(), GatesError> {
    if reason.trim().is_empty() {
        return Err(GatesError::NoReason {
            place: place.to_owned(),
        });
    }
    Ok(())
}
