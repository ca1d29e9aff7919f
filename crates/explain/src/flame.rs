//! Two runs of a case as one flame graph.

use std::collections::BTreeMap;
use std::io;

use inferno::flamegraph::{self, Options};

use crate::profile::{Own, Profile};
use crate::symbols::Function;

/// The calls of the head, each as wide as the instructions below it, in the colour of its own change: red for more than in the
/// base, blue for less (B. Gregg, "Differential Flame Graphs", 2014). What the head does no more has no width, and the counts
/// in the title have it. Libraries stand on the functions that asked them. The same profiles give the same bytes.
///
/// # Errors
///
/// If the head took no instructions, of which there is no graph.
pub fn flame(base: &Profile, head: &Profile, title: &str) -> io::Result<String> {
    let mut folded = BTreeMap::new();
    fold(&base.root, "", &mut folded, |counts| &mut counts.0);
    fold(&head.root, "", &mut folded, |counts| &mut counts.1);
    let lines: Vec<String> = folded
        .iter()
        .map(|(stack, (base, head))| format!("{stack} {base} {head}"))
        .collect();
    let (base, head) = (base.total(), head.total());
    let gone: u64 = folded
        .values()
        .filter(|(_, head)| *head == 0)
        .map(|(base, _)| base)
        .sum();
    let mut options = Options::default();
    title.clone_into(&mut options.title);
    options.subtitle = Some(format!(
        "instructions {base} → {head} ({:+}), of which {gone} in calls that are gone; red: more, blue: less",
        i128::from(head) - i128::from(base)
    ));
    "instructions".clone_into(&mut options.count_name);
    options.deterministic = true;
    let mut svg = Vec::new();
    flamegraph::from_lines(&mut options, lines.iter().map(String::as_str), &mut svg)?;
    String::from_utf8(svg).map_err(io::Error::other)
}

type Counts = (u64, u64);

/// Adds the instructions of a function under its stack, those of each library's function on top of it, and those of all that
/// it calls: calls from several lines are one.
fn fold(
    own: &Own,
    stack: &str,
    folded: &mut BTreeMap<String, Counts>,
    side: fn(&mut Counts) -> &mut u64,
) {
    for ((_, library), instructions) in &own.costs {
        let stack = match (stack, &**library) {
            ("", "") => "(not placed)".to_owned(),
            (stack, "") => stack.to_owned(),
            (stack, library) => below(stack, library),
        };
        *side(folded.entry(stack).or_default()) += instructions;
    }
    for ((_, function), child) in &own.children {
        fold(child, &below(stack, &name(function)), folded, side);
    }
}

/// A stack with one more function. A semicolon would divide its name, a line's end would end it.
fn below(stack: &str, name: &str) -> String {
    let name = name.replace([';', '\n', '\r'], ":");
    if stack.is_empty() {
        name
    } else {
        format!("{stack};{name}")
    }
}

/// A function with its file, so that those of one name are told apart.
fn name(function: &Function) -> String {
    format!("{} {}", function.name, function.file)
}
