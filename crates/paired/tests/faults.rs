//! Programs that are no targets, or bad ones: small scripts that say the lines of the protocol, and then something else.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use paired::{Fault, PairError, Settings, Side, Sides, TargetError, cases, measure_pair};
use tempfile::TempDir;

/// What a good target would do until it is asked to run.
const GOOD: &str = "echo paired 1; while read -r word rest; do case $word in \
    list) echo case One; echo end;; \
    prepare) echo ready 0000000000000001;; \
    run) echo took 300000 300000;; \
    quit) exit 0;; \
    esac; done";

/// A folder with one script.
struct Script(TempDir);

impl Script {
    /// Another process writes it: while it is open for writing here, a process that another test starts at that moment has it
    /// open, too, and then it cannot be started.
    fn new(body: &str) -> Self {
        let script = Self(TempDir::new().unwrap());
        let write = "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod 755 \"$1\"";
        let status = Command::new("sh")
            .args(["-c", write, "sh"])
            .arg(script.path())
            .arg(body)
            .status();
        assert!(status.unwrap().success());
        script
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("target")
    }

    /// Whether a process of this script is still there.
    fn runs(&self) -> bool {
        let pattern = self.path();
        let output = Command::new("ps").args(["-eo", "args"]).output().unwrap();
        String::from_utf8_lossy(&output.stdout).contains(pattern.to_str().unwrap())
    }
}

fn measure(base: &Path, head: &Path) -> Result<paired::PairMeasurement, PairError> {
    // A hang takes so long, and the others never do.
    let settings = Settings {
        patience: Duration::from_secs(5),
        ..Settings::new().unwrap()
    };
    let mut random = fastrand::Rng::with_seed(7);
    measure_pair(
        Sides { base, head },
        Sides::both("One"),
        &settings,
        &mut random,
    )
}

/// What is wrong with a head like this; the base is a good one. Neither is left behind.
fn fault(body: &str) -> TargetError {
    let (good, bad) = (Script::new(GOOD), Script::new(body));
    let result = measure(&good.path(), &bad.path());
    assert!(!good.runs() && !bad.runs());
    match result {
        Err(PairError::Target {
            side: Side::Head,
            error,
        }) => {
            assert!(
                error.to_string().contains(bad.0.path().to_str().unwrap()),
                "{error}"
            );
            error
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn good_scripts_are_a_pair() {
    let (base, head) = (Script::new(GOOD), Script::new(GOOD));
    let measured = measure(&base.path(), &head.path()).unwrap();
    assert_eq!(measured.cpu.base, measured.cpu.head);
    assert_eq!(measured.answers.base, measured.answers.head);
    assert_eq!(
        cases(&base.path(), &Settings::new().unwrap()).unwrap(),
        ["One"]
    );
    assert!(!base.runs() && !head.runs());
}

#[test]
fn a_program_that_is_not_there() {
    let good = Script::new(GOOD);
    let error = measure(&good.path(), Path::new("/no/such/program")).unwrap_err();
    assert!(
        matches!(&error, PairError::Target { side: Side::Head, error } if matches!(error.fault, Fault::Start(_))),
        "{error}"
    );
}

#[test]
fn another_version() {
    let error = fault("echo paired 2; read -r line");
    assert!(
        matches!(error.fault, Fault::Version { spoken: 2 }),
        "{error}"
    );
}

#[test]
fn a_program_that_is_no_target() {
    let error = fault("echo unknown option >&2; exit 3");
    let Fault::Ended { asked, status } = &error.fault else {
        panic!("{error}")
    };
    assert_eq!((asked.as_str(), status.code()), ("start", Some(3)));
    assert_eq!(error.stderr, "unknown option");
    assert!(error.to_string().contains("unknown option"));
}

#[test]
fn noise_on_standard_output() {
    let error = fault("echo running 3 tests; read -r line");
    assert!(
        matches!(&error.fault, Fault::Unexpected { line, .. } if line == "running 3 tests"),
        "{error}"
    );
    let error = fault(
        "echo paired 1; read -r line; echo computing; echo ready 0000000000000001; read -r line",
    );
    assert!(
        matches!(&error.fault, Fault::Unexpected { asked, line } if asked == "prepare One" && line == "computing"),
        "{error}"
    );
}

#[test]
fn a_line_without_end() {
    let error = fault("echo paired 1; read -r line; exec tr '\\0' x < /dev/zero");
    assert!(matches!(error.fault, Fault::Unexpected { .. }), "{error}");
}

#[test]
fn bytes_that_are_no_text() {
    let error = fault("printf 'paired \\377\\n'; read -r line");
    assert!(matches!(error.fault, Fault::Unexpected { .. }), "{error}");
}

#[test]
fn a_case_that_is_not_there() {
    let error =
        fault("echo paired 1; read -r line; echo refused there is no such case; read -r line");
    assert!(
        matches!(&error.fault, Fault::Refused { asked, reason } if asked == "prepare One" && reason == "there is no such case"),
        "{error}"
    );
}

#[test]
fn a_panic_in_a_block() {
    let dies = GOOD.replace(
        "echo took 300000 300000",
        "echo thread main panicked >&2; exit 101",
    );
    let error = fault(&dies);
    let Fault::Ended { asked, status } = &error.fault else {
        panic!("{error}")
    };
    assert_eq!((asked.as_str(), status.code()), ("run 1", Some(101)));
    assert_eq!(error.stderr, "thread main panicked");
}

#[test]
fn a_hang() {
    let start = Instant::now();
    let error = fault(&GOOD.replace(
        "echo took 300000 300000",
        "echo deadlock >&2; exec sleep 600",
    ));
    assert!(
        matches!(&error.fault, Fault::Silent { asked, .. } if asked == "run 1"),
        "{error}"
    );
    assert_eq!(error.stderr, "deadlock");
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_process_that_closes_its_output_and_stays() {
    let error = fault("echo paired 1; read -r line; exec >&-; exec 2>&-; exec sleep 600");
    assert!(matches!(&error.fault, Fault::Closed { .. }), "{error}");
}

#[test]
fn much_on_standard_error_blocks_nothing_and_its_end_is_kept() {
    let body = GOOD.replace(
        "prepare) echo",
        "prepare) head -c 1000000 /dev/zero | tr '\\0' x >&2; echo >&2; printf 'the \\033[31mend' >&2; echo",
    );
    let error = fault(&body.replace("echo took 300000 300000", "exit 1"));
    assert!(
        error.stderr.ends_with("the \u{1b}[31mend") && error.stderr.len() <= 4096,
        "{}",
        error.stderr.len()
    );
    // Nothing for the terminal to interpret.
    assert!(!error.to_string().contains('\u{1b}'));
}

#[test]
fn no_time_is_an_error_and_no_endless_search() {
    let (base, head) = (Script::new(GOOD), Script::new(GOOD));
    let idle = Script::new(&GOOD.replace("took 300000 300000", "took 300000 0"));
    let error = measure(&idle.path(), &idle.path()).unwrap_err();
    assert!(matches!(error, PairError::NoTime { .. }), "{error}");
    assert!(measure(&base.path(), &head.path()).is_ok());
}
