//! The target's side of the conversation.

use std::io::{self, BufRead, Write};

use crate::block::Block;
use crate::protocol::{Answer, Request, VERSION};
use crate::target::{Prepared, TargetCase};

/// Answers requests until the input ends, or a request says so. A controller that is gone is such an end.
pub(crate) fn serve(
    cases: &[TargetCase],
    mut input: impl BufRead,
    output: impl Write,
) -> io::Result<()> {
    die_with_the_controller();
    let mut output = Output(output);
    output.say(&Answer::Greeting(VERSION))?;
    let mut prepared: Option<Prepared> = None;
    let mut line = String::new();
    loop {
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        match line.trim_end_matches('\n').parse() {
            Ok(Request::List) => {
                for case in cases {
                    output.say(&Answer::Case(case.name.clone()))?;
                }
                output.say(&Answer::End)?;
            }
            Ok(Request::Prepare(name)) => {
                // The last case's memory is free before this one's is taken.
                prepared = None;
                let answer = match cases.iter().find(|case| case.name == name) {
                    Some(case) => Answer::Ready(prepared.insert((case.prepare)()).answer),
                    None => Answer::Refused("there is no such case".to_owned()),
                };
                output.say(&answer)?;
            }
            Ok(Request::Run(times)) => {
                let answer = match &mut prepared {
                    Some(prepared) => Answer::Took(Block::time(|| (prepared.repeat)(times))),
                    None => Answer::Refused("no case is prepared".to_owned()),
                };
                output.say(&answer)?;
            }
            Ok(Request::Quit) => return Ok(()),
            Err(_) => output.say(&Answer::Refused("that is no request".to_owned()))?,
        }
    }
}

/// A controller that is killed cannot end a case that hangs; the system does it.
fn die_with_the_controller() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, set_parent_process_death_signal};

        // Where it is refused, the end of the input does it for all cases that end.
        let _ = set_parent_process_death_signal(Some(Signal::KILL));
    }
}

struct Output<W>(W);

impl<W: Write> Output<W> {
    /// Writes a line whole: the controller waits for it.
    fn say(&mut self, answer: &Answer) -> io::Result<()> {
        self.0.write_all(format!("{answer}\n").as_bytes())?;
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::Target;

    /// What a target with two cases answers.
    fn answers(requests: &str) -> Vec<Answer> {
        let target = Target::new().case("One", || || 1).case("Two", || || 2);
        let mut output = Vec::new();
        serve(&target.cases, requests.as_bytes(), &mut output).unwrap();
        let output = String::from_utf8(output).unwrap();
        output.lines().map(|line| line.parse().unwrap()).collect()
    }

    #[test]
    fn a_conversation() {
        let answers = answers("list\nprepare Two\nrun 10\nquit\nlist\n");
        let [greeting, one, two, end, ready, took] = &answers[..] else {
            panic!("{answers:?}")
        };
        assert_eq!(*greeting, Answer::Greeting(VERSION));
        assert_eq!(
            [one, two, end],
            [
                &Answer::Case("One".into()),
                &Answer::Case("Two".into()),
                &Answer::End
            ]
        );
        assert_eq!(*ready, Answer::Ready(crate::Digest::of(&2)));
        assert!(matches!(took, Answer::Took(_)));
    }

    #[test]
    fn what_cannot_be_done_is_refused_and_the_conversation_goes_on() {
        let answers = answers(
            "run 1\nprepare Three\nwhat\n\nprepare One\nprepare Three\nrun 1\nprepare One\nrun 0",
        );
        let refused: Vec<_> = answers
            .iter()
            .map(|answer| matches!(answer, Answer::Refused(_)))
            .collect();
        assert_eq!(
            refused,
            [
                false, true, true, true, true, false, true, true, false, false
            ]
        );
    }
}
