//! A crate outside the workspace with a target of its own: built twice, the second time with a tenth more work, and measured.

mod package;
#[cfg(target_os = "linux")]
mod processes;

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use paired::{PairMeasurement, Settings, Sides, cases, measure_pair};

use crate::package::Foreign;

/// With a spread between pairs of 1.5 % the median of so many is off by 0.4 % (one standard deviation): the tolerance is five.
const PAIRS: usize = 21;
const TOLERANCE: f64 = 0.02;

fn ratio(pair: &PairMeasurement) -> f64 {
    pair.cpu.head / pair.cpu.base
}

/// The median ratio of the CPU times of some pairs, and the last pair.
fn median_ratio(base: &str, head: &str) -> (f64, PairMeasurement) {
    let [base, head] = [base, head].map(|name| Foreign::get().program(name));
    let (settings, mut random) = (Settings::new().unwrap(), fastrand::Rng::with_seed(1));
    let mut pairs: Vec<_> = (0..PAIRS)
        .map(|_| {
            measure_pair(
                Sides {
                    base: &base,
                    head: &head,
                },
                Sides::both("Work"),
                &settings,
                &mut random,
            )
            .unwrap()
        })
        .collect();
    let last = *pairs.last().unwrap();
    pairs.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
    (ratio(&pairs[PAIRS / 2]), last)
}

#[test]
fn a_tenth_more_work_takes_a_tenth_longer() {
    let (ratio, pair) = median_ratio("base-target", "more-target");
    assert!((ratio - 1.1).abs() < TOLERANCE, "{ratio}");
    assert_eq!(pair.answers.base, pair.answers.head);
    let (ratio, _) = median_ratio("more-target", "base-target");
    assert!((ratio - 1.0 / 1.1).abs() < TOLERANCE, "{ratio}");
}

/// Stops the busy threads, also when a test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn the_same_program_takes_as_long_also_while_every_core_is_busy() {
    let stop = AtomicBool::new(false);
    let (ratio, _) = thread::scope(|scope| {
        let _stop = Stop(&stop);
        for _ in 0..thread::available_parallelism().unwrap().get() {
            scope.spawn(|| {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        median_ratio("base-target", "base-target")
    });
    assert!((ratio - 1.0).abs() < TOLERANCE, "{ratio}");
}

#[test]
fn another_answer_is_seen() {
    let (_, pair) = median_ratio("base-target", "other-target");
    assert_ne!(pair.answers.base, pair.answers.head);
}

#[test]
fn the_cases_are_listed() {
    let program = Foreign::get().program("base-target");
    assert_eq!(
        cases(&program, &Settings::new().unwrap()).unwrap(),
        ["Work", "Rest"]
    );
}

#[test]
fn a_target_without_a_controller_says_what_it_is() {
    let program = Foreign::get().program("base-target");
    for arguments in [
        &[][..],
        &["--bench"],
        &["--bench", "--save-baseline", "x"],
        &["--test-threads", "1"],
    ] {
        // Standard input stays open: a target that read it would never end.
        let mut child = Command::new(&program)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let input = child.stdin.take();
        let output = child.wait_with_output().unwrap();
        drop(input);
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && said.contains("2 cases") && said.contains("in pairs"),
            "{said}"
        );
        assert_eq!(
            said.contains("Work: ok"),
            !arguments.contains(&"--bench"),
            "{said}"
        );
    }
}
