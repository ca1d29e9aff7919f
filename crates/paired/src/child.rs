//! A process that is talked to line by line.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{self, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;

/// A longer line is no line of any conversation here, and memory is bounded.
const MOST_OF_A_LINE: usize = 64 << 10;

/// How much of the end of standard error is kept: a panic's message with its trace.
const TAIL: usize = 4 << 10;

/// How long a process may take that has closed its output, or was told to end, before it is killed.
const GRACE: Duration = Duration::from_secs(1);

/// A process that was started here. It ends with this value: killed if it has to be, and reaped.
pub(crate) struct Child {
    process: process::Child,
    input: ChildStdin,
    output: ChildStdout,
    /// `None` once it is closed.
    errors: Option<ChildStderr>,
    /// What was read of the output and is no whole line yet.
    received: Vec<u8>,
    tail: Vec<u8>,
}

/// Why there is no line.
#[derive(Debug)]
pub(crate) enum NoLine {
    /// The process closed its output; how it ended, or `None` if it did not.
    Ended(Option<ExitStatus>),
    /// Nothing came for so long.
    Silent,
    TooLong,
    System(io::Error),
}

impl Child {
    /// Starts a program with one argument and an environment of these variables alone. Its own name is the same for
    /// every program, so that it takes the same room at the start of the stack.
    pub(crate) fn start(
        program: &Path,
        argument: &str,
        environment: &[(OsString, OsString)],
    ) -> io::Result<Self> {
        let mut process = Command::new(program)
            .arg0("paired")
            .arg(argument)
            .env_clear()
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let pipes = (
            process.stdin.take(),
            process.stdout.take(),
            process.stderr.take(),
        );
        let (Some(input), Some(output), errors @ Some(_)) = pipes else {
            // They were asked for; should one be missing all the same, the process must not stay.
            let _ = process.kill();
            let _ = process.wait();
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        Ok(Self {
            process,
            input,
            output,
            errors,
            received: Vec::new(),
            tail: Vec::new(),
        })
    }

    /// Sends a line. Lines are short and one is sent at a time, so a process that does not read blocks nothing.
    pub(crate) fn send(&mut self, line: &str) -> Result<(), NoLine> {
        match self.input.write_all(format!("{line}\n").as_bytes()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(self.ended()),
            sent => sent.map_err(NoLine::System),
        }
    }

    /// The next line of the output, without its end; bytes that are no text are replaced. It waits no longer than
    /// `patience`.
    pub(crate) fn line(&mut self, patience: Duration) -> Result<String, NoLine> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(end) = self.received.iter().position(|&byte| byte == b'\n') {
                let rest = self.received.split_off(end + 1);
                let line = std::mem::replace(&mut self.received, rest);
                return Ok(String::from_utf8_lossy(&line[..end]).into_owned());
            }
            if self.received.len() > MOST_OF_A_LINE {
                return Err(NoLine::TooLong);
            }
            match self.receive(deadline) {
                Ok(Received::Something) => {}
                Ok(Received::Nothing) => return Err(NoLine::Silent),
                Ok(Received::End) => return Err(self.ended()),
                Err(error) => return Err(NoLine::System(error)),
            }
        }
    }

    /// The end of what the process has written to standard error.
    pub(crate) fn tail(&self) -> String {
        let start = self.tail.len().saturating_sub(TAIL);
        String::from_utf8_lossy(&self.tail[start..])
            .trim()
            .to_owned()
    }

    /// Lets the process end by itself, after it was told to.
    pub(crate) fn finish(mut self) {
        let deadline = Instant::now() + GRACE;
        while let Ok(Received::Something) = self.receive(deadline) {
            self.received.clear();
        }
    }

    /// Waits until there is output, and takes it; takes what there is on standard error meanwhile.
    fn receive(&mut self, deadline: Instant) -> io::Result<Received> {
        loop {
            let (output, errors) = ready(&self.output, self.errors.as_ref(), deadline)?;
            if errors {
                self.receive_errors()?;
            }
            if output {
                let mut buffer = [0; 4096];
                let read = self.output.read(&mut buffer)?;
                self.received.extend_from_slice(&buffer[..read]);
                return Ok(if read == 0 {
                    Received::End
                } else {
                    Received::Something
                });
            }
            if !errors && Instant::now() >= deadline {
                return Ok(Received::Nothing);
            }
        }
    }

    fn receive_errors(&mut self) -> io::Result<()> {
        let Some(errors) = &mut self.errors else {
            return Ok(());
        };
        let mut buffer = [0; 4096];
        match errors.read(&mut buffer)? {
            0 => self.errors = None,
            read => self.tail.extend_from_slice(&buffer[..read]),
        }
        // Cut now and then, not each time.
        if self.tail.len() > 16 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
        Ok(())
    }

    /// How the process ended that has closed its output, after what it still had to say.
    fn ended(&mut self) -> NoLine {
        let deadline = Instant::now() + GRACE;
        while let Some(errors) = &self.errors {
            match ready(errors, None::<&ChildStderr>, deadline) {
                Ok((true, _)) if self.receive_errors().is_ok() => {}
                _ => break,
            }
        }
        loop {
            match self.process.try_wait() {
                Ok(Some(status)) => return NoLine::Ended(Some(status)),
                Ok(None) if Instant::now() < deadline => thread::sleep(Duration::from_millis(1)),
                Ok(None) => return NoLine::Ended(None),
                Err(error) => return NoLine::System(error),
            }
        }
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended; then there is nothing to kill.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

enum Received {
    Something,
    Nothing,
    End,
}

/// Waits until one of two pipes can be read or is closed: which. Neither, when the time is over.
fn ready(
    one: &impl AsFd,
    other: Option<&impl AsFd>,
    deadline: Instant,
) -> io::Result<(bool, bool)> {
    let mut pipes = vec![PollFd::new(one, PollFlags::IN)];
    pipes.extend(other.map(|other| PollFd::new(other, PollFlags::IN)));
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let left = left.try_into().map_err(io::Error::other)?;
        match poll(&mut pipes, Some(&left)) {
            Ok(_) => break,
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let is_ready = |pipe: &PollFd<'_>| !pipe.revents().is_empty();
    Ok((
        pipes.first().is_some_and(is_ready),
        pipes.get(1).is_some_and(is_ready),
    ))
}
