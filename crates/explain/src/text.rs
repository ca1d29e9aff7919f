//! Explanations as text and as markdown.

use std::fmt::Write;

use crate::blame::{Explanation, Fault, LineChange, Part};
use crate::sources::Sources;
use crate::symbols::Function;

/// Functions that are shown, lines of each, and what executed them: enough to find a cause, and no page.
const FAULTS: usize = 5;
const LINES: usize = 3;
const PARTS: usize = 3;

impl Explanation {
    /// The change that the faults and the rest sum to.
    pub fn change(&self) -> i64 {
        self.total.1 as i64 - self.total.0 as i64
    }

    /// As text, indented below a case's name.
    pub fn text(&self, sources: &Sources) -> String {
        let change = self.change();
        let mut text = format!(
            "  instructions {} → {} ({change:+})\n",
            self.total.0, self.total.1
        );
        let share = |part: i64| 100.0 * part as f64 / change as f64;
        for fault in self.faults.iter().take(FAULTS) {
            let Function { name, file, .. } = &fault.function;
            let line = fault.lines.first().map_or(0, |line| line.place.line);
            let (before, after) = fault.took;
            let _ = writeln!(
                text,
                "  {:+8} {:5.1} %  {name} {file}:{line}, itself {before} → {after}{}",
                fault.change,
                share(fault.change),
                inlining(fault)
            );
            for line in fault.lines.iter().take(LINES) {
                push_line(&mut text, line, file, sources);
            }
        }
        let others: i64 = self
            .faults
            .iter()
            .skip(FAULTS)
            .map(|fault| fault.change)
            .sum();
        for (change, what) in [
            (others, "other functions"),
            (self.not_attributed, "not attributed"),
        ] {
            if change != 0 {
                let _ = writeln!(text, "  {change:+8} {:5.1} %  {what}", share(change));
            }
        }
        text
    }

    /// As markdown: the text in a block of code, whose fence is longer than any run of backticks in it.
    pub fn markdown(&self, sources: &Sources) -> String {
        let text = self.text(sources);
        let runs = text.split(|letter| letter != '`').map(str::len);
        let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
        format!("{fence}\n{text}{fence}\n")
    }
}

/// Whether a function was inlined, where it was on either side.
fn inlining(fault: &Fault) -> &'static str {
    let there = |took: u64, calls: u64| (took > 0).then_some(calls == 0);
    let (before, after) = (
        there(fault.took.0, fault.calls.0),
        there(fault.took.1, fault.calls.1),
    );
    match (before, after) {
        (Some(true), Some(false)) => ", no longer inlined",
        (Some(false), Some(true)) => ", inlined now",
        (Some(true), _) | (_, Some(true)) => ", inlined",
        _ => "",
    }
}

fn push_line(text: &mut String, line: &LineChange, file: &str, sources: &Sources) {
    let source: String = sources
        .text(file, line.place)
        .unwrap_or_default()
        .chars()
        .take(60)
        .collect();
    let mark = match (line.place.gone, line.edited) {
        (true, _) => " (gone)",
        (false, true) => " (edited)",
        (false, false) => "",
    };
    let place = format!(
        "    {:+8}  line {}{mark}  {source}",
        line.change, line.place.line
    );
    let _ = writeln!(text, "{}", place.trim_end());
    for part in line.parts.iter().take(PARTS) {
        let change = part.change();
        let _ = match part {
            Part::Itself(_) => writeln!(text, "      {change:+8}  itself"),
            Part::Library(name, _) => writeln!(text, "      {change:+8}  in {name}"),
            Part::Calls(function, (0, 0), _) => {
                writeln!(text, "      {change:+8}  {}, inlined", function.name)
            }
            Part::Calls(function, (from, to), _) => writeln!(
                text,
                "      {change:+8}  calls {} {to} times, before {from}",
                function.name
            ),
            Part::Given(function, _) => writeln!(
                text,
                "      {change:+8}  {}, not edited itself",
                function.name
            ),
        };
    }
}
