//! What a benchmark program links: its cases, served to a controller.

use std::collections::HashSet;
use std::env;
use std::fmt;
use std::hash::Hash;
use std::hint::black_box;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::digest::Digest;
use crate::invocation::{Invocation, SERVE};
use crate::serve::serve;

/// A benchmark target: a list of cases that a controller has done, one block after the other.
///
/// The target of a crate is a file like this, here `benches/paired.rs`,
///
/// ```
/// fn main() -> std::process::ExitCode {
///     let numbers = || (0..100).collect::<Vec<u64>>();
///     paired::Target::new()
///         .case("Sum/n=100", move || { let v = numbers(); move || v.iter().sum::<u64>() })
///         .case("Sort/n=100", move || { let v = numbers(); move || { let mut v = v.clone(); v.sort(); v } })
///         .main()
/// }
/// ```
///
/// and these lines of its manifest:
///
/// ```toml
/// [[bench]]
/// name = "paired"
/// harness = false
/// ```
///
/// Two builds of it are compared by [`measure_pair`](crate::measure_pair). By itself it measures nothing: `cargo test
/// --benches` has it do each case once, and under `cargo bench` it says what it is.
#[derive(Default)]
pub struct Target {
    pub(crate) cases: Vec<TargetCase>,
}

/// A case of a target.
pub(crate) struct TargetCase {
    pub(crate) name: String,
    pub(crate) prepare: Box<dyn Fn() -> Prepared>,
}

/// A case that is ready to be measured: its inputs stand, its answer is known.
pub struct Prepared {
    pub(crate) answer: Digest,
    pub(crate) repeat: Box<dyn FnMut(u64)>,
}

impl Prepared {
    /// From the digest of the answer, and a function that does the operation as many times as it is told. The loop is
    /// in the function, so that nothing but the loop's own step stands between one time and the next.
    pub fn new(answer: Digest, repeat: impl FnMut(u64) + 'static) -> Self {
        Self {
            answer,
            repeat: Box::new(repeat),
        }
    }
}

impl fmt::Debug for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared")
            .field("answer", &self.answer)
            .finish_non_exhaustive()
    }
}

impl Target {
    /// A target without cases.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a case. `prepare` builds the inputs, and returns the operation that is timed. What the operation returns is its
    /// answer: it is dropped within the time, and its digest must be the same in two builds that are compared.
    ///
    /// The name is one of the Go benchmark format, without `Benchmark`.
    #[must_use]
    pub fn case<O, A>(self, name: impl Into<String>, prepare: impl Fn() -> O + 'static) -> Self
    where
        O: FnMut() -> A + 'static,
        A: Hash,
    {
        self.prepared(name, move || {
            let mut operation = prepare();
            let answer = Digest::of(&operation());
            Prepared::new(answer, move |times| {
                for _ in 0..times {
                    // The compiler must not know what the operation holds: it would do once what does not change.
                    black_box(black_box(&mut operation)());
                }
            })
        })
    }

    /// Adds a case whose loop and whose answer's digest are its own.
    #[must_use]
    pub fn prepared(
        mut self,
        name: impl Into<String>,
        prepare: impl Fn() -> Prepared + 'static,
    ) -> Self {
        self.cases.push(TargetCase {
            name: name.into(),
            prepare: Box::new(prepare),
        });
        self
    }

    /// Does what the arguments of this process say: serves a controller, or says what this is. Flags of cargo's, of
    /// criterion's and of the test harness's are taken or passed over.
    ///
    /// It fails when a name is no name or is there twice, and when the controller cannot be talked to.
    ///
    /// # Panics
    ///
    /// When a case does.
    pub fn main(self) -> ExitCode {
        let done = self
            .check_names()
            .and_then(|()| match Invocation::parse(env::args().skip(1)) {
                Invocation::Serve => serve(&self.cases, io::stdin().lock(), io::stdout().lock()),
                Invocation::List => self.list(io::stdout().lock()),
                Invocation::Introduce => self.introduce(io::stdout().lock()),
                Invocation::Check { filter } => self.check(&filter, io::stdout().lock()),
            });
        match done {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                // Nobody is left to tell when this fails, too.
                let _ = writeln!(io::stderr(), "paired: {error}");
                ExitCode::FAILURE
            }
        }
    }

    fn check_names(&self) -> io::Result<()> {
        let mut names = HashSet::new();
        for TargetCase { name, .. } in &self.cases {
            let fault = if name.is_empty()
                || name.contains(|c: char| c.is_whitespace() || c.is_control())
            {
                "is no name for a case: a name is not empty, and has no white space in it"
            } else if names.insert(name) {
                continue;
            } else {
                "is the name of two cases"
            };
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{name:?} {fault}"),
            ));
        }
        Ok(())
    }

    /// A line for each case, as the test harness lists benchmarks.
    fn list(&self, mut output: impl Write) -> io::Result<()> {
        self.cases
            .iter()
            .try_for_each(|case| writeln!(output, "{}: benchmark", case.name))
    }

    fn introduce(&self, mut output: impl Write) -> io::Result<()> {
        let count = self.cases.len();
        writeln!(
            output,
            "{count} cases that are measured in pairs: a controller starts two builds of this program with {SERVE}."
        )
    }

    fn check(&self, filter: &str, mut output: impl Write) -> io::Result<()> {
        self.introduce(&mut output)?;
        for case in self.cases.iter().filter(|case| case.name.contains(filter)) {
            let mut prepared = (case.prepare)();
            (prepared.repeat)(1);
            writeln!(
                output,
                "{}: ok, its answer is {}",
                case.name, prepared.answer
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.cases.iter().map(|case| &case.name))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(names: &[&str]) -> Target {
        names
            .iter()
            .fold(Target::new(), |target, &name| target.case(name, || || 1))
    }

    #[test]
    fn names_are_one_word_and_there_once() {
        assert!(target(&["Sum/n=1", "Sum/n=2"]).check_names().is_ok());
        for wrong in [
            &["Sum", "Sum"][..],
            &[""],
            &["Sum of"],
            &["Sum\n"],
            &["Sum\u{1b}[1m"],
        ] {
            assert!(target(wrong).check_names().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_check_does_what_the_filter_selects() {
        let cases = target(&["Sum/n=1", "Sum/n=10", "Sort"]);
        let mut output = Vec::new();
        cases.check("n=1", &mut output).unwrap();
        let output = String::from_utf8(output).unwrap();
        let checked = output
            .lines()
            .skip(1)
            .map(|line| line.split(':').next().unwrap());
        assert_eq!(checked.collect::<Vec<_>>(), ["Sum/n=1", "Sum/n=10"]);
    }
}
