//! Work that a short-lived child of the same program does.

use std::env;
use std::io::{self, Read, Write};
use std::process::{self, Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use profile::{Malformed, Profile};
use thiserror::Error;

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
    #[error("cannot start a child to symbolise the profile: {0}")]
    Start(io::Error),
    #[error("cannot talk to the child that symbolises the profile: {0}")]
    Talk(io::Error),
    #[error("the child that symbolises the profile ended with {0}")]
    Ended(ExitStatus),
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

/// Symbolises a profile and gives it a form: in a child if there can be one, else on a thread of this process.
pub(crate) async fn render(profile: Profile, form: Form) -> Result<Vec<u8>, RenderError> {
    if !IS_HOOKED.load(Ordering::Relaxed) {
        let made = tokio::task::spawn_blocking(move || form.make(profile)).await;
        return made.map_err(|error| RenderError::Talk(error.into()));
    }
    let mut child = Running(
        Command::new(PROGRAM)
            .env(FORM, form.name())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(RenderError::Start)?,
    );
    let pipes = child.0.stdin.take().zip(child.0.stdout.take());
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
    match child.0.wait().map_err(RenderError::Talk)? {
        status if status.success() => Ok(made),
        status => Err(RenderError::Ended(status)),
    }
}

/// A child that ends with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended, and then there is nothing to kill.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
