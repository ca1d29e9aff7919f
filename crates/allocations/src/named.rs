//! Names and lines for what was recorded.

use std::fs;
use std::io;

use profile::{Sampled, Stacks, read_maps};

use crate::event::Event;
use crate::frame::{Frame, Whose, shortened};

/// The functions on the stack of each event, the innermost first, from the code that allocates outwards to the operation's
/// outermost function. `root` is the workspace's folder. It has to run in the program that recorded.
///
/// # Errors
///
/// If this process's mappings cannot be read.
pub fn named(events: &[Event], root: &str) -> io::Result<Vec<Vec<Frame>>> {
    let mappings = read_maps(&fs::read_to_string("/proc/self/maps")?);
    let samples = events.iter().map(|event| Sampled {
        addresses: event.stack.clone(),
        values: vec![1],
        labels: Vec::new(),
    });
    let unit = ("allocations", "count");
    let stacks = Stacks {
        units: vec![unit],
        shown: unit,
        period: (unit, 1),
        samples: samples.collect(),
        began: 0,
        lasted: 0,
        comments: Vec::new(),
    };
    let named = stacks.into_profile(&mappings).symbolized().frames();
    Ok(named
        .into_iter()
        .map(|stack| {
            let frames = stack.into_iter().map(|frame| Frame {
                file: shortened(&frame.file, root).to_owned(),
                function: frame.function,
                line: frame.line,
                inlined: frame.inlined,
            });
            let frames: Vec<Frame> = frames
                .take_while(|frame| frame.whose() != Whose::Harness)
                .collect();
            let recorder = frames
                .iter()
                .rposition(|frame| frame.whose() == Whose::Recorder);
            frames
                .into_iter()
                .skip(recorder.map_or(0, |place| place + 1))
                .collect()
        })
        .collect())
}
