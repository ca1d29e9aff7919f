//! CPU time, in pairs: a server of the cases, of which a controller starts two builds that take turns.

use std::process::ExitCode;

use benches::{Arguments, Mode};
use cases::{Case, Kind};
use paired::{Digest, Prepared, Target};

fn main() -> ExitCode {
    let arguments = Arguments::of_process();
    let cases = arguments.select(Kind::Paired);
    match arguments.mode {
        Mode::List => cases.iter().for_each(benches::print_listed),
        Mode::Environment => print!("{}", benches::environment()),
        Mode::Check | Mode::Measure | Mode::One(_) => return target(cases).main(),
    }
    ExitCode::SUCCESS
}

fn target(cases: Vec<Case>) -> Target {
    cases.into_iter().fold(Target::new(), |target, case| {
        target.prepared(case.name().to_owned(), move || {
            let mut operation = case.prepare();
            let answer = Digest::new(operation.answer());
            Prepared::new(answer, move |times| operation.run(times))
        })
    })
}
