//! The stacks of a profile as functions and lines.

use crate::flame::location;
use crate::proto::Profile;

/// A function on a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its name.
    pub function: String,
    /// Its source file; empty if it is not known.
    pub file: String,
    /// The line that it was at; 0 if it is not known.
    pub line: u32,
    /// Whether it was inlined into the next.
    pub inlined: bool,
}

/// The stack of each sample, the innermost first. What has no name is left out.
pub(crate) fn of(profile: &Profile) -> Vec<Vec<Frame>> {
    let samples = profile.samples.iter();
    samples
        .map(|sample| {
            let locations = sample.locations.iter();
            let found = locations.filter_map(|id| location(profile, *id));
            let frames = found.flat_map(|location| {
                let outermost = location.lines.len().saturating_sub(1);
                let lines = location.lines.iter().enumerate();
                lines.filter_map(move |(place, line)| {
                    let function = profile
                        .functions
                        .get(usize::try_from(line.function).ok()?.checked_sub(1)?)?;
                    Some(Frame {
                        function: profile.string(function.name).to_owned(),
                        file: profile.string(function.file).to_owned(),
                        line: u32::try_from(line.line).unwrap_or(0),
                        inlined: place < outermost,
                    })
                })
            });
            frames.collect()
        })
        .collect()
}
