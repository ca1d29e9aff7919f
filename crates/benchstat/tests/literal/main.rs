//! Names that mean harm, in every format: what a reader of the format finds is the name, and nothing else.
#![cfg(feature = "cli")]

mod comments;
mod formats;
mod page;

use proptest::prelude::*;

/// What has a meaning somewhere: in a cell, in Markdown, in HTML, to a code host, to a terminal.
const PIECES: [&str; 59] = [
    "GH-1",
    "|",
    "\\|",
    "\\",
    "`",
    "``",
    "*",
    "**",
    "_",
    "~~",
    "<",
    ">",
    "&",
    "&amp;",
    "&#64;",
    "&lt;img&gt;",
    "<img/src=x/onerror=alert(1)>",
    "<script>",
    "</details>",
    "<!--",
    "-->",
    "]]>",
    "[a](https://x.y)",
    "![a](x)",
    "[^1]",
    "[x]",
    "https://x.y/z",
    "www.x.y",
    "WWW.x.y",
    "ftp://x",
    "a@b.cd",
    "mailto:a@b.cd",
    "@all",
    "@org/team",
    "#123",
    "o/r#12",
    "@#",
    "$x$",
    "$`",
    ":tada:",
    "1.",
    "-",
    "+",
    "=",
    "^",
    "{{",
    "\"",
    "'",
    ",",
    "\u{e9}",
    "\u{feff}",
    "\u{200b}",
    "\u{ad}",
    "\u{3164}",
    "\u{e0041}",
    "\u{1f469}\u{200d}\u{1f680}",
    "\u{2764}\u{fe0f}",
    "a",
    "0123456789abcdef0123456789abcdef01234567",
];

/// What only a document can say, or a label: names of benchmarks have no spaces.
const BETWEEN: [&str; 10] = [
    " ",
    "  ",
    "\n",
    "\r\n",
    "\n\n# a\n",
    "\t",
    "\0",
    "\u{1b}[31m",
    "\u{202e}",
    "\u{2028}",
];

/// A name of a benchmark.
pub(crate) fn name() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&PIECES[..]), 1..8).prop_map(|parts| parts.concat())
}

/// Whatever a document may hold.
pub(crate) fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => prop::sample::select(&PIECES[..]).prop_map(str::to_owned),
        2 => prop::sample::select(&BETWEEN[..]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|parts| parts.concat())
}
