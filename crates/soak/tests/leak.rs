//! A service that leaves 16 bytes of each request in a pooled object is found out, and the place is named.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

struct Leaking(Child);

impl Drop for Leaking {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn sixteen_bytes_a_request_are_named_with_their_call_site() {
    // Cargo builds the examples beside the tests.
    let mut program = std::env::current_exe().unwrap();
    program.pop();
    program.pop();
    program.push("examples/leaking");
    let mut leaking = Leaking(
        Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut lines = BufReader::new(leaking.0.stdout.take().unwrap()).lines();
    let mut address = |start: &str| {
        let line = lines.next().unwrap().unwrap();
        line.strip_prefix(start).unwrap().to_owned()
    };
    let admin = address("admin on http://");
    let target = address("listening on http://");
    // Half a minute at 10,000/s: 4.6 MB.
    let output = Command::new(env!("CARGO_BIN_EXE_soak"))
        .args(["--target", &target, "--admin", &admin])
        .args(["--minutes", "0.5", "--rate", "10000"])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}{errors}");
    let resident = text
        .lines()
        .find(|line| line.starts_with("resident memory"));
    assert!(
        resident.is_some_and(|line| line.ends_with("GROWS")),
        "{text}{errors}"
    );
    let named = text
        .lines()
        .find(|line| line.starts_with("most of what was allocated"));
    assert!(
        named.is_some_and(|line| line.contains("leave_a_reference")),
        "{text}{errors}"
    );
    // What does not grow is not said to.
    let tasks = text.lines().find(|line| line.starts_with("tasks"));
    assert!(
        tasks.is_some_and(|line| !line.ends_with("GROWS")),
        "{text}{errors}"
    );
}
