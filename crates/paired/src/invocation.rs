//! The arguments of a target: the controller's, cargo's, criterion's and the test harness's.

/// The argument with which a controller starts a target.
pub(crate) const SERVE: &str = "--serve-pairs";

/// Flags of the test harness that take a value, which is no filter.
const FLAGS_WITH_VALUE: [&str; 7] = [
    "--color",
    "--format",
    "--logfile",
    "--shuffle-seed",
    "--skip",
    "--test-threads",
    "-Z",
];

/// What a target is asked to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Invocation {
    /// To serve a controller.
    Serve,
    /// To print the names of its cases.
    List,
    /// To say what it is: `cargo bench` starts it like the targets that measure something by themselves.
    Introduce,
    /// To do each case once whose name contains this: `cargo test`, or a person.
    Check { filter: String },
}

impl Invocation {
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Self {
        let (mut arguments, mut filter) = (arguments, String::new());
        let (mut list, mut bench) = (false, false);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                SERVE => return Self::Serve,
                "--list" => list = true,
                "--bench" => bench = true,
                flag if FLAGS_WITH_VALUE.contains(&flag) => drop(arguments.next()),
                flag if flag.starts_with('-') => {}
                _ => filter = argument,
            }
        }
        match (list, bench) {
            (true, _) => Self::List,
            (false, true) => Self::Introduce,
            (false, false) => Self::Check { filter },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_others_are_taken_or_passed_over() {
        let check = |filter: &str| Invocation::Check {
            filter: filter.to_owned(),
        };
        for (line, expected) in [
            ("", check("")),
            ("--serve-pairs", Invocation::Serve),
            ("--bench", Invocation::Introduce),
            (
                "--save-baseline main --noplot --bench",
                Invocation::Introduce,
            ),
            ("--list --format terse", Invocation::List),
            ("--test-threads 1 --nocapture Sum -q", check("Sum")),
        ] {
            let arguments = line.split_whitespace().map(str::to_owned);
            assert_eq!(Invocation::parse(arguments), expected, "{line}");
        }
    }
}
