//! What callgrind writes: the self cost of each function, from a `callgrind.out` file.
//!
//! The format is version 1 of the Callgrind Format Specification in valgrind's manual; what it
//! leaves open is as `callgrind/dump.c` of valgrind 3.19 writes it. The cost is that of the event
//! `Ir`, instructions read. A function's cost is what was executed in it and in what was inlined
//! into it; what it called is not in it.
//!
//! ```
//! use benchfmt::import::callgrind::{self, Owner, group, owner};
//!
//! let profile = callgrind::parse(b"\
//! positions: line
//! events: Ir
//! ob=/bin/service
//! fl=(1) src/parse.rs
//! fn=(1) service::parse
//! 16 20
//! cob=/lib/libc.so.6
//! cfn=(2) malloc
//! calls=3 0
//! +1 400
//! ob=/lib/libc.so.6
//! fl=???
//! fn=(2)
//! 0 400
//! totals: 420
//! ")?;
//! let [malloc, parse] = &profile.functions[..] else { panic!() };
//! assert_eq!((&*malloc.name, malloc.instructions), ("malloc", 400));
//! assert_eq!((&*parse.name, parse.instructions), ("service::parse", 20));
//!
//! let (top, rest) = group(&profile, 1);
//! assert_eq!((&*top[0].name, rest.functions, rest.instructions), ("malloc", 1, 20));
//! assert_eq!(owner(&malloc.name, None, malloc.object.as_deref()), Owner::Libc);
//! # Ok::<(), benchfmt::import::callgrind::Error>(())
//! ```

use std::sync::Arc;

mod error;
mod owner;
mod parser;

pub use error::{Error, Malformed};
pub use owner::{Owner, owner};
pub use parser::parse;

/// The self cost of each function of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The instructions of all functions: the total that the file states, of all its parts.
    pub total: u64,
    /// The functions that executed instructions, by descending cost; ties by name, file, object.
    pub functions: Vec<Function>,
}

/// A function and what it cost.
///
/// Instances of a generic function, and the levels of a recursion, are one function where name,
/// file and object are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// The demangled name, without the hash of the symbol (`::h0123456789abcdef`), which differs
    /// from build to build, and without callgrind's level of recursion (`'2`).
    pub name: Arc<str>,
    /// The source file that the function starts in, if that is known.
    pub file: Option<Arc<str>>,
    /// The executable or library, if that is known.
    pub object: Option<Arc<str>>,
    /// How many instructions were executed in the function itself.
    pub instructions: u64,
    /// The same instructions by source line, sorted by file and line. A line of another file was
    /// inlined.
    pub lines: Vec<Line>,
}

/// A source line and what it cost within one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The source file, if that is known.
    pub file: Option<Arc<str>>,
    /// The line, counted from 1; 0 if that is not known.
    pub line: u64,
    /// How many instructions were executed for it.
    pub instructions: u64,
}

/// The functions that a report leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// How many functions there are.
    pub functions: usize,
    /// What they cost together.
    pub instructions: u64,
}

/// The `n` most expensive functions, and the rest.
pub fn group(profile: &Profile, n: usize) -> (&[Function], Rest) {
    let (top, rest) = profile.functions.split_at(n.min(profile.functions.len()));
    let rest = Rest {
        functions: rest.len(),
        instructions: rest.iter().map(|function| function.instructions).sum(),
    };
    (top, rest)
}
