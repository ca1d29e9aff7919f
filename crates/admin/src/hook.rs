//! Work that a short-lived child of the same program does.

use std::env;
use std::io::{self, Read, Write};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use profile::{Malformed, Profile};
use thiserror::Error;

use crate::holder::Held;

/// Tells a process that it is a child, and what to make of the profile on its standard input.
const FORM: &str = "ADMIN_PROFILE_FORM";

/// The program that runs, also when its file has been replaced: a child's `/proc/self` is resolved before it is another's.
const PROGRAM: &str = "/proc/self/exe";

/// A large program's debug information is read in a few seconds, on a saturated machine in a few times that.
const LONGEST: Duration = Duration::from_mins(2);

/// How many rows a table of functions has.
const ROWS: usize = 60;

/// Whether this program would do the work in a child.
static IS_HOOKED: AtomicBool = AtomicBool::new(false);

/// What is made of a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Pprof,
    Flamegraph,
    Top,
}

impl Form {
    pub(crate) const ALL: [(&str, Self); 3] = [
        ("pprof", Self::Pprof),
        ("flamegraph", Self::Flamegraph),
        ("top", Self::Top),
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Pprof => "pprof",
            Self::Flamegraph => "flamegraph",
            Self::Top => "top",
        }
    }

    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Pprof => "application/octet-stream",
            Self::Flamegraph => "image/svg+xml",
            Self::Top => "text/plain; charset=utf-8",
        }
    }

    fn make(self, profile: Profile) -> Vec<u8> {
        let profile = profile.symbolized();
        match self {
            Self::Pprof => profile.write(),
            Self::Flamegraph => profile.flamegraph("profile").into_bytes(),
            Self::Top => profile.top().table(ROWS).to_string().into_bytes(),
        }
    }
}

/// Why nothing was made of a profile.
#[derive(Debug, Error)]
pub(crate) enum RenderError {
    #[error("cannot tell what is mapped where: {0}")]
    Maps(io::Error),
    #[error("cannot start a child to symbolise the profile: {0}")]
    Start(io::Error),
    #[error("cannot talk to the child that symbolises the profile: {0}")]
    Talk(io::Error),
    #[error("the child that symbolises the profile ended with {0}")]
    Ended(ExitStatus),
    #[error("the child that symbolises the profile made nothing, and its status is not known")]
    Nothing,
    #[error("the profile was not symbolised within {} s", LONGEST.as_secs())]
    TooSlow,
}

/// To be called first thing in `main`, before any thread is started.
///
/// Profiles are symbolised in a child process that runs the same executable, so that the debug information that is mapped
/// and what is made of it never stay in the service. In that child this function does the work and ends the process; in
/// any other process it returns at once. A program that does not call it symbolises its profiles in the service itself.
pub fn main_hook() {
    let Some(name) = env::var_os(FORM) else {
        IS_HOOKED.store(true, Ordering::Relaxed);
        return;
    };
    let found = Form::ALL.into_iter().find(|(known, _)| name == *known);
    let done = found.is_some_and(|(_, form)| work(form).is_ok());
    process::exit(i32::from(!done));
}

fn work(form: Form) -> Result<(), WorkError> {
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes)?;
    let made = form.make(Profile::read(&bytes)?);
    let mut output = io::stdout();
    output.write_all(&made)?;
    output.flush()?;
    Ok(())
}

#[derive(Debug, Error)]
enum WorkError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

/// Symbolises a profile and gives it a form: in a child if there can be one, else on a thread of this process. The turn is
/// given back when the work is over.
pub(crate) async fn render(
    profile: Profile,
    form: Form,
    held: Held,
) -> Result<Vec<u8>, RenderError> {
    if !IS_HOOKED.load(Ordering::Relaxed) {
        let work = move || {
            // The thread goes on when the future is dropped, and the next profile's is not to run beside it.
            let _held = held;
            form.make(profile)
        };
        let made = tokio::task::spawn_blocking(work).await;
        return made.map_err(|error| RenderError::Talk(error.into()));
    }
    // Dropped after the child.
    let _held = held;
    let mut child = Command::new(PROGRAM)
        .env(FORM, form.name())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(RenderError::Start)?;
    let pipes = child.stdin.take().zip(child.stdout.take());
    let running = Running(Some(child));
    let talk = tokio::task::spawn_blocking(move || {
        let mut made = Vec::new();
        if let Some((mut input, mut output)) = pipes {
            // It reads all before it writes.
            input.write_all(&profile.bytes())?;
            drop(input);
            output.read_to_end(&mut made)?;
        }
        Ok(made)
    });
    let made = tokio::time::timeout(LONGEST, talk)
        .await
        .map_err(|_| RenderError::TooSlow)?
        .map_err(io::Error::from)
        .flatten()
        .map_err(RenderError::Talk)?;
    // Its output is at its end, so it is about to exit.
    match running.end().map_err(RenderError::Talk)? {
        Some(status) if !status.success() => Err(RenderError::Ended(status)),
        // It writes only what it has made.
        None if made.is_empty() => Err(RenderError::Nothing),
        _ => Ok(made),
    }
}

/// A child that ends with this value; `None` once it has ended.
struct Running(Option<Child>);

impl Running {
    /// Waits for its end. There is no status where someone else asked for it first: the kernel, if the program ignores
    /// `SIGCHLD`, or a part of the program that waits for all children.
    fn end(mut self) -> io::Result<Option<ExitStatus>> {
        // Its number may be another process's from then on, so that it is not killed any more.
        let ended = self.0.take().map(|mut child| child.wait());
        match ended.transpose() {
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Ok(None),
            ended => ended,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have ended, and then there is nothing to kill.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::net::SocketAddr;
    use std::process::Command;
    use std::sync::mpsc;
    use std::time::{Duration, Instant};

    use profile::Stacks;
    use rustix::process::{Pid, WaitOptions, waitpid};

    use super::{Form, Running, render};
    use crate::holder::Turn;

    #[test]
    fn a_thread_that_is_symbolising_keeps_the_turn_when_its_client_leaves() {
        let turn: &'static Turn = Box::leak(Box::<Turn>::default());
        let peer = SocketAddr::from(([127, 0, 0, 1], 1));
        let take = || turn.take("profile", peer, Duration::ZERO);
        let unit = ("samples", "count");
        let stacks = Stacks {
            units: vec![unit],
            shown: unit,
            period: (unit, 1),
            samples: Vec::new(),
            began: 0,
            lasted: 0,
            comments: Vec::new(),
        };
        let profile = stacks.into_profile(&[]);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        // The only thread that may block is taken, so that the work waits until it is told to begin.
        let (release, told) = mpsc::channel::<()>();
        let blocking = runtime.spawn_blocking(move || told.recv().is_err());
        let held = take().unwrap();
        runtime.block_on(async {
            tokio::select! {
                biased;
                _ = render(profile, Form::Pprof, held) => panic!("it waits"),
                () = ready(()) => {}
            }
        });
        assert!(take().is_err());
        drop(release);
        assert!(runtime.block_on(blocking).unwrap());
        let began = Instant::now();
        while take().is_err() {
            assert!(began.elapsed() < Duration::from_secs(20));
            std::thread::yield_now();
        }
    }

    #[test]
    fn a_child_whose_end_someone_else_saw_has_ended() {
        for (program, succeeds) in [("true", true), ("false", false)] {
            let child = Command::new(program).spawn().unwrap();
            let status = Running(Some(child)).end().unwrap().unwrap();
            assert_eq!(status.success(), succeeds);
        }
        let child = Command::new("true").spawn().unwrap();
        waitpid(Some(Pid::from_child(&child)), WaitOptions::empty()).unwrap();
        assert!(Running(Some(child)).end().unwrap().is_none());
    }
}
