//! Two runs of a case as one flame graph.

use std::collections::BTreeMap;
use std::io;

use inferno::flamegraph::{self, Options};

use crate::symbols::Function;
use crate::tree::{Node, Tree};

/// The calls of the head, each as wide as the instructions below it, in the colour of its own change: red for more than in the
/// base, blue for less (B. Gregg, "Differential Flame Graphs", 2014). What the head does no more has no width, and the counts
/// in the title have it. The same trees give the same bytes.
///
/// # Errors
///
/// If the head took no instructions, of which there is no graph.
pub fn flame(base: &Tree, head: &Tree, title: &str) -> io::Result<String> {
    let mut folded = BTreeMap::new();
    fold(&base.root, "", &mut folded, |counts| &mut counts.0);
    fold(&head.root, "", &mut folded, |counts| &mut counts.1);
    let lines: Vec<String> = folded
        .iter()
        .map(|(stack, (base, head))| format!("{stack} {base} {head}"))
        .collect();
    let (base, head) = (base.root.inclusive(), head.root.inclusive());
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

/// Adds a node's own instructions under its stack, and those of all that it calls: calls from several lines are one.
fn fold(
    node: &Node,
    stack: &str,
    folded: &mut BTreeMap<String, Counts>,
    side: fn(&mut Counts) -> &mut u64,
) {
    let own: u64 = node.own.values().sum();
    if own > 0 {
        let stack = if stack.is_empty() {
            "(not placed)"
        } else {
            stack
        };
        *side(folded.entry(stack.to_owned()).or_default()) += own;
    }
    for ((_, function), child) in &node.children {
        let name = name(function);
        let below = if stack.is_empty() {
            name
        } else {
            format!("{stack};{name}")
        };
        fold(child, &below, folded, side);
    }
}

/// A function with its file, so that those of one name are told apart. A semicolon would divide it, a line's end would end
/// it.
fn name(function: &Function) -> String {
    let name = if function.file.is_empty() {
        function.name.to_string()
    } else {
        format!("{} {}", function.name, function.file)
    };
    name.replace([';', '\n', '\r'], ":")
}
