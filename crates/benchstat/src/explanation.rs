//! Where the change of a case comes from: the functions, the lines, the calls.

use std::fmt::Write as _;
use std::io::{self, Write};

use benchfmt::Printable;
use serde::{Deserialize, Serialize};

use crate::literal::Block;

/// Functions that are shown, lines of each, and what executed them: enough to find a cause, and no page.
const FUNCTIONS: usize = 5;
const LINES: usize = 3;
const PARTS: usize = 3;

/// Where the change of a case comes from. The changes of the functions and what is not attributed sum to it, those of a
/// function's lines to the function's, those of a line's parts to the line's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplanationView {
    /// The full name of the case.
    pub case: String,
    /// The unit.
    pub unit: String,
    /// The baseline's value.
    pub before: u64,
    /// The other side's.
    pub after: u64,
    /// The functions that the change comes from, the largest change first.
    pub functions: Vec<FunctionView>,
    /// The change that no function could be found for.
    pub not_attributed: i64,
}

/// A function and its part of the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FunctionView {
    /// Its name, behind that of the type that has it.
    pub name: String,
    /// Its source file, from the root of the repository.
    pub file: String,
    /// Its part of the change.
    pub change: i64,
    /// What it took itself, with what libraries did for it, before.
    pub before: u64,
    /// And after.
    pub after: u64,
    /// How often it was called, before and after; 0 where it is inlined, or not there.
    pub calls: [u64; 2],
    /// Whether it was inlined before.
    pub inlined_before: bool,
    /// Whether it is inlined now.
    pub inlined: bool,
    /// Its lines, the likeliest cause first.
    pub lines: Vec<LineView>,
}

/// A line and its part of the change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineView {
    /// The line, counted from 1: in the source as it is, or as it was where the line is gone.
    pub line: u32,
    /// Whether it is there no more.
    pub gone: bool,
    /// Whether it was edited.
    pub edited: bool,
    /// What stands there, if that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its part of the change.
    pub change: i64,
    /// What executed it, the largest change first.
    pub parts: Vec<PartView>,
}

/// What executed a part of a line's change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "lowercase")]
pub enum PartView {
    /// The line's own instructions.
    Itself {
        /// The part of the change.
        change: i64,
    },
    /// A library's function.
    Library {
        /// Which.
        name: String,
        /// The part of the change.
        change: i64,
    },
    /// A function of the repository that is called more or less often from here.
    Calls {
        /// Which.
        name: String,
        /// How often, before and after; 0 where it is inlined, or not called.
        calls: [u64; 2],
        /// The part of the change.
        change: i64,
    },
    /// A function of the repository that was not edited: it is given something else to do.
    Given {
        /// Which.
        name: String,
        /// The part of the change.
        change: i64,
    },
}

impl PartView {
    fn change(&self) -> i64 {
        match self {
            Self::Itself { change }
            | Self::Library { change, .. }
            | Self::Calls { change, .. }
            | Self::Given { change, .. } => *change,
        }
    }
}

impl ExplanationView {
    /// The change.
    pub fn change(&self) -> i128 {
        i128::from(self.after) - i128::from(self.before)
    }

    /// As text of several lines, without the case's name.
    pub fn text(&self) -> String {
        let change = self.change();
        let mut text = format!(
            "  {} {} → {} ({change:+})\n",
            Printable(&self.unit),
            self.before,
            self.after
        );
        // Of no change nothing is a share.
        let whole = change.unsigned_abs().max(1) as f64;
        let share = |part: i128| 100.0 * part as f64 / whole.copysign(change as f64);
        let (shown, others) = self.functions.split_at(self.functions.len().min(FUNCTIONS));
        for function in shown {
            function.push(&mut text, share(function.change.into()));
        }
        let others = others
            .iter()
            .map(|function| i128::from(function.change))
            .sum();
        for (change, what) in [
            (others, "other functions"),
            (self.not_attributed.into(), "not attributed"),
        ] {
            if change != 0 {
                let _ = writeln!(text, "  {change:+8} {:5.1} %  {what}", share(change));
            }
        }
        text
    }

    /// As Markdown: the text in a block of code, which nothing in it ends.
    pub fn markdown(&self) -> String {
        let text = format!("{}\n{}", Printable(&self.case), self.text());
        let (info, text) = ("text", &text);
        Block { info, text }.to_string()
    }
}

impl FunctionView {
    fn push(&self, text: &mut String, share: f64) {
        let line = self.lines.first().map_or(0, |line| line.line);
        let inlined = match (self.inlined_before, self.inlined) {
            (false, false) => "",
            (true, false) if self.after > 0 => ", no longer inlined",
            (false, true) if self.before > 0 => ", inlined now",
            _ => ", inlined",
        };
        let _ = writeln!(
            text,
            "  {:+8} {share:5.1} %  {} {}:{line}, itself {} → {}{inlined}",
            self.change,
            Printable(&self.name),
            Printable(&self.file),
            self.before,
            self.after,
        );
        for line in self.lines.iter().take(LINES) {
            line.push(text);
        }
    }
}

impl LineView {
    fn push(&self, text: &mut String) {
        let source = self.source.as_deref().unwrap_or_default();
        let source: String = source.chars().take(60).collect();
        let mark = match (self.gone, self.edited) {
            (true, _) => " (gone)",
            (false, true) => " (edited)",
            (false, false) => "",
        };
        let place = format!(
            "    {:+8}  line {}{mark}  {}",
            self.change,
            self.line,
            Printable(&source)
        );
        let _ = writeln!(text, "{}", place.trim_end());
        for part in self.parts.iter().take(PARTS) {
            let _ = write!(text, "      {:+8}  ", part.change());
            let _ = match part {
                PartView::Itself { .. } => writeln!(text, "itself"),
                PartView::Library { name, .. } => writeln!(text, "in {}", Printable(name)),
                PartView::Calls { name, calls, .. } => match calls {
                    [0, 0] => writeln!(text, "{}, inlined", Printable(name)),
                    [from, to] => {
                        writeln!(text, "calls {} {to} times, before {from}", Printable(name))
                    }
                },
                PartView::Given { name, .. } => {
                    writeln!(text, "{}, not edited itself", Printable(name))
                }
            };
        }
    }
}

/// Writes explanations as text, each below its case's name.
///
/// # Errors
///
/// If the output fails.
pub fn write_explanations(
    explanations: &[ExplanationView],
    output: &mut impl Write,
) -> io::Result<()> {
    if !explanations.is_empty() {
        writeln!(output, "\nwhere the changes come from:")?;
    }
    for explanation in explanations {
        let case = Printable(&explanation.case);
        write!(output, "\n{case}\n{}", explanation.text())?;
    }
    Ok(())
}

/// Writes explanations as Markdown, folded.
///
/// # Errors
///
/// If the output fails.
pub fn write_explanations_markdown(
    explanations: &[ExplanationView],
    output: &mut impl Write,
) -> io::Result<()> {
    if explanations.is_empty() {
        return Ok(());
    }
    let count = explanations.len();
    writeln!(
        output,
        "<details><summary>Where the changes come from ({count} cases)</summary>\n"
    )?;
    for explanation in explanations {
        writeln!(output, "{}", explanation.markdown())?;
    }
    writeln!(output, "</details>\n")
}
