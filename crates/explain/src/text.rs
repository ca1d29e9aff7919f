//! Explanations as text and as markdown.

use std::fmt::Write;

use crate::blame::{Explanation, LineChange, Part};
use crate::lines::Lines;

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
    pub fn text(&self, lines: &Lines) -> String {
        let change = self.change();
        let mut text = format!(
            "  instructions {} → {} ({change:+})\n",
            self.total.0, self.total.1
        );
        let share = |part: i64| 100.0 * part as f64 / change as f64;
        for fault in self.faults.iter().take(FAULTS) {
            let place = fault.lines.first();
            let line = place.map_or(0, |place| place.line);
            let _ = writeln!(
                text,
                "  {:+8} {:5.1} %  {} {}:{line}, before {}",
                fault.change,
                share(fault.change),
                fault.function.name,
                fault.function.file,
                fault.before
            );
            for line in fault.lines.iter().take(LINES) {
                push_line(&mut text, line, &fault.function.file, lines);
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
    pub fn markdown(&self, lines: &Lines) -> String {
        let text = self.text(lines);
        let runs = text.split(|letter| letter != '`').map(str::len);
        let fence = "`".repeat(runs.max().unwrap_or(0).max(2) + 1);
        format!("{fence}\n{text}{fence}\n")
    }
}

fn push_line(text: &mut String, line: &LineChange, file: &str, lines: &Lines) {
    let LineChange {
        line: number,
        gone,
        change,
        parts,
    } = line;
    let source = if *gone {
        "(gone)"
    } else {
        lines.text(file, *number).unwrap_or_default()
    };
    let source: String = source.chars().take(60).collect();
    let place = format!("    {change:+8}  line {number}  {source}");
    let _ = writeln!(text, "{}", place.trim_end());
    for part in parts.iter().take(PARTS) {
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
        };
    }
}
