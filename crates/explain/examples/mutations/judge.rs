//! Whether an explanation is right.

use std::fmt;

use explain::Explanation;

use crate::Mutation;

/// How many explanations were right, and in what.
#[derive(Debug, Default)]
pub(crate) struct Score {
    all: usize,
    first: usize,
    second: usize,
    line: usize,
    exact: usize,
    attributed: usize,
}

impl Score {
    /// Judges an explanation, whether it is right in all, and says so in a line; `source` is the changed file.
    pub(crate) fn judge(
        &mut self,
        mutation: &Mutation,
        explanation: &Explanation,
        source: &str,
    ) -> (bool, String) {
        let at_fault = |fault: &explain::Fault| {
            *fault.function.file == *mutation.file
                && fault.function.name.rsplit("::").next() == Some(&mutation.function)
        };
        let place = explanation.faults.iter().position(at_fault);
        let expected: Vec<usize> = source
            .lines()
            .enumerate()
            .filter(|(_, text)| mutation.lines.iter().any(|line| text.contains(line)))
            .map(|(index, _)| index + 1)
            .collect();
        let named = place.and_then(|place| explanation.faults[place].lines.first());
        let line = named.is_some_and(|named| {
            !named.place.gone && expected.contains(&(named.place.line as usize))
        });
        let change = explanation.change();
        let parts: i64 = explanation.faults.iter().map(|fault| fault.change).sum();
        let exact = parts + explanation.not_attributed == change && change > 0;
        let attributed = explanation.not_attributed.abs() * 20 <= change.abs();
        self.all += 1;
        self.first += usize::from(place == Some(0));
        self.second += usize::from(place.is_some_and(|place| place < 2));
        self.line += usize::from(line);
        self.exact += usize::from(exact);
        self.attributed += usize::from(attributed);
        let right = place == Some(0) && line && exact && attributed;
        let verdict = format!(
            "{:<55} {change:>+9}  function {:<4}  line {}{}{}",
            mutation.name,
            place.map_or("none".to_owned(), |place| (place + 1).to_string()),
            if line { "right" } else { "WRONG" },
            if exact { "" } else { "  NOT EXACT" },
            if attributed { "" } else { "  NOT ATTRIBUTED" },
        );
        (right, verdict)
    }

    /// Whether the bars are reached, which are stated of 20.
    pub(crate) fn passes(&self) -> bool {
        let of_20 = |count: usize, bar: usize| count * 20 >= bar * self.all;
        of_20(self.first, 18)
            && of_20(self.second, 20)
            && of_20(self.line, 17)
            && self.exact == self.all
            && self.attributed == self.all
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            all,
            first,
            second,
            line,
            exact,
            attributed,
        } = self;
        write!(
            f,
            "of {all}: the function first in {first}, first or second in {second}; the line right in {line}; exact sums \
             in {exact}; attributed in {attributed}"
        )
    }
}
