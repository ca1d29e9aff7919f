//! Compares benchmark results in the Go benchmark format: medians with intervals, tests of
//! differences, geometric means, in tables.
//!
//! A [`Collection`] holds results, a [`Query`] says which of them to compare and how to arrange
//! them, and the [`Table`]s it gives are plain data that the renderers print.
//!
//! ```
//! use benchstat::{Collection, Expressions, Query, Style, write_text};
//!
//! let old = "BenchmarkParse 1 100 ns/op\n".repeat(6);
//! let new = "BenchmarkParse 1 80 ns/op\n".repeat(6);
//! let mut collection = Collection::default();
//! collection.read("old", "old.txt", old.as_bytes())?;
//! collection.read("new", "new.txt", new.as_bytes())?;
//!
//! let tables = Query::new(&Expressions::default())?.tables(&collection);
//! let cell = tables[0].rows().next().unwrap().cell(1).unwrap();
//! assert_eq!(cell.comparison().unwrap().delta().to_string(), "-20.00%");
//!
//! let mut text = Vec::new();
//! write_text(&tables, Style::default(), &mut text)?;
//! assert_eq!(
//!     String::from_utf8(text)?,
//!     "\
//! \x20     │     old      │                new                 │
//! \x20     │    sec/op    │   sec/op     vs base               │
//! Parse   100.00n ± 0%   80.00n ± 0%  -20.00% (p=0.002 n=6)
//! ",
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Inputs
//!
//! [`Collection::read`] takes text. [`Collection::read_inputs`] takes [`Input`]s as a command line
//! names them: files of text, and what criterion, iai-callgrind or gungraun, and dhat left in
//! folders and JSON files. criterion's samples are all of one process, and a [`Replicate`] says
//! what becomes of them; verdicts are never reached on samples of one process.
//!
//! # Filters
//!
//! A filter chooses results, or single measurements of them:
//!
//! | expression | matches |
//! | --- | --- |
//! | `key:value`, `key:"a value"` | if the key has this value |
//! | `key:/regexp/` | if the regular expression finds something in its value |
//! | `key:(a OR b)` | if it has one of these values |
//! | `x y`, `x AND y` | if both match |
//! | `x OR y` | if one matches |
//! | `-x` | if x does not match |
//! | `*` | always |
//!
//! The keys are `.name` (up to the first `/`), `.fullname`, `.file` (the input's label), `.unit` (as
//! written or in base units), `/key` (the value of `/key=value` in the name; `/gomaxprocs` is also
//! the `-N` at its end), and any key of the configuration.
//!
//! # Projections
//!
//! A projection is a list of keys, separated by commas or spaces. Besides the above (but `.unit`)
//! there is `.config`, all keys of the configuration. A key that any projection names is left out of
//! `.config` and `.fullname`. `key@alpha` and `key@num` order values by their characters and as
//! numbers, where otherwise they come as they are first seen; `key@(a b)` orders them as listed
//! and leaves out results with others.
//!
//! # What differs from the reference
//!
//! The tables are those of Go's benchstat (golang.org/x/perf at 712aea8), byte for byte in text and
//! CSV, except: bad usage and unreadable input exit with 2; a zero is converted to base units like
//! any other value; notes on CSV name columns after Z as spreadsheets do; `Unit` lines that mean
//! nothing are reported; NaN, infinities, characters that a terminal
//! [obeys](benchfmt::is_obeyed), text that is not UTF-8 and lines
//! beyond [`MAX_LINE`](benchfmt::MAX_LINE) are errors with their place, and the line is left out;
//! a byte order mark before the first line is passed over;
//! `better=` decides the colour of a change on a terminal; characters that are
//! [shown as nothing](benchfmt::is_invisible) are escaped in the text of tables.

#![forbid(unsafe_code)]

/// The examples of the page that introduces the crate.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}

mod accepted;
mod arrange;
mod bencher;
mod caveat;
mod cells;
#[cfg(feature = "cli")]
pub mod cli;
mod collection;
pub mod comment;
mod comparison;
mod compute;
mod contradiction;
mod csv;
mod decimal;
pub mod document;
#[cfg(feature = "edit")]
pub mod edit;
mod environment;
mod exact;
mod explanation;
mod expression;
mod footnotes;
mod gates;
mod header;
mod import;
mod input;
mod intern;
mod json;
mod judge;
mod key;
mod layout;
mod lists;
mod literal;
mod markdown;
mod note;
mod nothing;
mod order;
mod packages;
pub mod paired;
mod parallel;
mod printable;
mod projector;
mod query;
mod reason;
mod rename;
mod runs;
mod scale;
mod scan;
mod selection;
mod series;
pub mod shard;
mod sites;
mod sources;
pub mod statistics;
mod summary;
mod table;
mod text;
mod verdict;

pub use accepted::{Accepted, Covers, Renamed};
pub use bencher::write_bencher;
pub use collection::{Collection, ConfigId};
pub use comparison::{Comparison, Delta, Spread, Summary};
pub use csv::write_csv;
pub use environment::Difference;
pub use explanation::{write_explanations, write_explanations_markdown};
pub use expression::ExpressionError;
pub use gates::{Gates, GatesError, Rule};
pub use import::{Replicate, Skipped};
pub use input::{Input, InputError, Source};
pub use json::write_json;
pub use judge::judge;
pub use key::Key;
pub use markdown::{write_markdown, write_verdicts_markdown};
pub use note::Note;
pub use query::{Expressions, Query, QueryError};
pub use reason::{Reason, Reasons, Seen, Share, Triangle};
pub use scale::{Scale, common_scale};
pub use selection::{Selection, SelectionError};
pub use series::Sampled;
pub use sites::{
    AmountView, CountedView, PlaceView, SiteView, SitesView, write_sites, write_sites_markdown,
};
pub use summary::{headline, write_verdicts};
pub use table::{Cell, ColumnSummary, Row, Table};
pub use text::{Style, write_text};
pub use verdict::{Change, Judgement, Outcome, Paired, Verdict, Verdicts};
