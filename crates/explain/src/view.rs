//! Explanations as a comparison's document has them.

use benchstat::document::{ExplanationView, FunctionView, LineView, PartView};

use crate::blame::{Explanation, Fault, LineChange, Part};
use crate::sources::Sources;

impl Explanation {
    /// The change that the faults and the rest sum to.
    pub fn change(&self) -> i64 {
        self.total.1 as i64 - self.total.0 as i64
    }

    /// For a document: that of a case in a unit.
    pub fn view(&self, case: &str, unit: &str, sources: &Sources) -> ExplanationView {
        let functions = self.faults.iter().map(|fault| function(fault, sources));
        ExplanationView {
            case: case.to_owned(),
            unit: unit.to_owned(),
            before: self.total.0,
            after: self.total.1,
            functions: functions.collect(),
            not_attributed: self.not_attributed,
        }
    }
}

fn function(fault: &Fault, sources: &Sources) -> FunctionView {
    let lines = fault.lines.iter();
    FunctionView {
        name: fault.function.name.to_string(),
        file: fault.function.file.to_string(),
        change: fault.change,
        before: fault.took.0,
        after: fault.took.1,
        calls: [fault.calls.0, fault.calls.1],
        inlined_before: fault.took.0 > 0 && fault.calls.0 == 0,
        inlined: fault.took.1 > 0 && fault.calls.1 == 0,
        lines: lines
            .map(|changed| line(changed, &fault.function.file, sources))
            .collect(),
    }
}

fn line(line: &LineChange, file: &str, sources: &Sources) -> LineView {
    LineView {
        line: line.place.line,
        gone: line.place.gone,
        edited: line.edited,
        source: sources.text(file, line.place).map(str::to_owned),
        change: line.change,
        parts: line.parts.iter().map(part).collect(),
    }
}

fn part(part: &Part) -> PartView {
    let change = part.change();
    match part {
        Part::Itself(_) => PartView::Itself { change },
        Part::Library(name, _) => PartView::Library {
            name: name.to_string(),
            change,
        },
        Part::Calls(function, (from, to), _) => PartView::Calls {
            name: function.name.to_string(),
            calls: [*from, *to],
            change,
        },
        Part::Given(function, _) => PartView::Given {
            name: function.name.to_string(),
            change,
        },
    }
}
