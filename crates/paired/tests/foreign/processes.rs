//! What becomes of the processes of a pair.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use paired::{Settings, Sides, measure_pair};

use crate::package::Foreign;
use crate::ratio;

/// The processes that run this program.
fn of(program: &Path) -> Vec<String> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    processes
        .filter(|process| fs::read_link(process.path().join("exe")).is_ok_and(|exe| exe == program))
        .map(|process| process.file_name().into_string().unwrap())
        .collect()
}

fn wait_for(program: &Path, count: usize) -> Vec<String> {
    let start = Instant::now();
    loop {
        let found = of(program);
        if found.len() == count {
            return found;
        }
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{} is there {} times",
            program.display(),
            found.len()
        );
        thread::sleep(Duration::from_millis(20));
    }
}

fn signal(signal: &str, process: &str) {
    assert!(
        Command::new("kill")
            .args([signal, process])
            .status()
            .unwrap()
            .success()
    );
}

/// A copy of a program, which no other test runs.
fn copy(name: &str, copy: &str) -> PathBuf {
    let foreign = Foreign::get();
    let path = foreign.program(copy);
    // By another process: see the scripts of the tests of faults.
    assert!(
        Command::new("cp")
            .arg(foreign.program(name))
            .arg(&path)
            .status()
            .unwrap()
            .success()
    );
    path.canonicalize().unwrap()
}

#[test]
fn processes_that_are_stopped_for_a_second_measure_the_same() {
    let program = copy("base-target", "stopped");
    let longer = copy("more-target", "stopped-more");
    let measured = thread::scope(|scope| {
        let measured = scope.spawn(|| {
            let settings = Settings {
                quads: 2000,
                ..Settings::new().unwrap()
            };
            let sides = Sides {
                base: program.as_path(),
                head: &longer,
            };
            measure_pair(
                sides,
                Sides::both("Work"),
                &settings,
                &mut fastrand::Rng::with_seed(1),
            )
            .unwrap()
        });
        let processes = [wait_for(&program, 1), wait_for(&longer, 1)].concat();
        thread::sleep(Duration::from_millis(300));
        for process in &processes {
            signal("-STOP", process);
        }
        thread::sleep(Duration::from_secs(1));
        for process in &processes {
            signal("-CONT", process);
        }
        measured.join().unwrap()
    });
    assert!((ratio(&measured) - 1.1).abs() < 0.05, "{measured:?}");
    assert!(
        (measured.wall.head / measured.wall.base - 1.1).abs() < 0.05,
        "{measured:?}"
    );
    assert_eq!((of(&program).len(), of(&longer).len()), (0, 0));
}

#[test]
fn a_controller_that_is_killed_leaves_nobody_behind() {
    let (target, controller) = (
        copy("base-target", "orphan"),
        copy("base-controller", "killed"),
    );
    for how in ["-KILL", "-TERM", "-INT"] {
        let mut running = Command::new(&controller)
            .args([&target, &target])
            .spawn()
            .unwrap();
        wait_for(&target, 2);
        signal(how, &running.id().to_string());
        running.wait().unwrap();
        wait_for(&target, 0);
    }
}
