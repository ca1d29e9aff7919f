//! The arguments of a bench target. `cargo bench -- FLAGS` gives them to all targets alike, so each takes what it knows
//! and passes over what is criterion's.

use std::env;

use cases::{Case, Kind};

/// An environment variable with the names of the cases to measure, one a line, in the order in which to measure them.
pub const CASES_VARIABLE: &str = "HANDLERBENCH_CASES";

/// Flags of criterion's that take a value, which is no filter.
const FLAGS_WITH_VALUE: [&str; 19] = [
    "--baseline",
    "--baseline-lenient",
    "--color",
    "--confidence-level",
    "--format",
    "--load-baseline",
    "--measurement-time",
    "--noise-threshold",
    "--nresamples",
    "--output-format",
    "--plotting-backend",
    "--profile-time",
    "--sample-size",
    "--save-baseline",
    "--significance-level",
    "--warm-up-time",
    "-b",
    "-c",
    "-s",
];

/// What a target is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Measure: `cargo bench`.
    Measure,
    /// Run each case once and measure nothing: `cargo test --benches`, which does not say `--bench`.
    Check,
    /// Print the names of the cases: `--list`.
    List,
    /// Print the [`environment`](crate::environment()): `--environment`.
    Environment,
    /// Measure this one case in this process: `--measure-case NAME`, with which a target starts itself.
    One(String),
}

/// The arguments of a bench target.
#[derive(Clone, Debug)]
pub struct Arguments {
    /// What to do.
    pub mode: Mode,
    filter: Option<String>,
    names: Option<Vec<String>>,
}

impl Arguments {
    /// The arguments of this process.
    pub fn of_process() -> Self {
        Self::parse(env::args().skip(1), env::var(CASES_VARIABLE).ok())
    }

    fn parse(arguments: impl Iterator<Item = String>, names: Option<String>) -> Self {
        let mut arguments = arguments.peekable();
        let (mut mode, mut filter) = (Mode::Check, None);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--bench" if mode == Mode::Check => mode = Mode::Measure,
                "--list" => mode = Mode::List,
                "--environment" => mode = Mode::Environment,
                "--measure-case" => {
                    if let Some(name) = arguments.next() {
                        mode = Mode::One(name);
                    }
                }
                flag if FLAGS_WITH_VALUE.contains(&flag) => {
                    arguments.next();
                }
                flag if flag.starts_with('-') => {}
                _ => filter = Some(argument),
            }
        }
        let names = names.map(|names| names.lines().map(str::to_owned).collect());
        Self {
            mode,
            filter,
            names,
        }
    }

    /// The cases that are measured this way and were asked for, in the order in which they were asked for: those of
    /// [`CASES_VARIABLE`], else those whose name contains the filter, else all.
    pub fn select(&self, kind: Kind) -> Vec<Case> {
        let mut cases = cases::all();
        cases.retain(|case| case.is_measured_in(kind));
        self.choose(cases, Case::name)
    }

    /// Those of a list that were asked for, as [`select`](Self::select) says.
    pub fn choose<T>(&self, mut all: Vec<T>, name: impl Fn(&T) -> &str) -> Vec<T> {
        match (&self.names, &self.filter) {
            (Some(names), _) => {
                all.retain(|case| names.iter().any(|known| known == name(case)));
                all.sort_by_key(|case| names.iter().position(|known| known == name(case)));
            }
            (None, Some(filter)) => all.retain(|case| name(case).contains(filter.as_str())),
            (None, None) => {}
        }
        all
    }

    /// The selected case of this name.
    ///
    /// # Panics
    ///
    /// When there is none: only a target that lists it starts itself with it.
    pub fn one(name: &str) -> Case {
        let case = cases::all().into_iter().find(|case| case.name() == name);
        case.unwrap_or_else(|| panic!("no case {name}"))
    }
}

/// Prints a case's name as `--list` does: with a mark behind it where it is in the gate set.
pub fn print_listed(case: &Case) {
    println!(
        "{}{}",
        case.name(),
        if case.is_gating() { "\tgate" } else { "" }
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Arguments {
        Arguments::parse(line.split_whitespace().map(str::to_owned), None)
    }

    #[test]
    fn passes_over_what_is_criterions() {
        let arguments =
            parse("--save-baseline Data --sample-size 10 --noplot --bench Invoice/items=1/");
        assert_eq!(arguments.mode, Mode::Measure);
        let names: Vec<_> = arguments
            .select(Kind::Time)
            .iter()
            .map(|case| case.name().to_owned())
            .collect();
        assert_eq!(names.len(), 6, "{names:?}");
        assert!(
            names
                .iter()
                .all(|name| name.starts_with("Invoice/items=1/")),
            "{names:?}"
        );
    }

    #[test]
    fn measures_only_when_told_to() {
        assert_eq!(parse("").mode, Mode::Check);
        assert_eq!(parse("--list --bench").mode, Mode::List);
    }

    #[test]
    fn keeps_the_order_that_was_asked_for() {
        let names = "Data/variant=naive\nBuffer/step=exact\nNo/such=case\nData/variant=arena";
        let arguments = Arguments::parse(
            std::iter::once("--bench".to_owned()),
            Some(names.to_owned()),
        );
        let selected: Vec<_> = arguments
            .select(Kind::Time)
            .iter()
            .map(|case| case.name().to_owned())
            .collect();
        assert_eq!(
            selected,
            [
                "Data/variant=naive",
                "Buffer/step=exact",
                "Data/variant=arena"
            ]
        );
    }
}
