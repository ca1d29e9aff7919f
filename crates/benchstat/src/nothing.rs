//! Rules by which no row gates: a misspelt unit, or a filter that selects nothing, looks like success.

use std::collections::BTreeSet;

use benchfmt::Printable;

use crate::gates::Gates;
use crate::verdict::Verdicts;

impl Gates {
    /// What to know where no row gates: that nothing can fail, and why that may be. It is no error, for a comparison may be of
    /// what is only shown.
    pub fn nothing_gates(&self, verdicts: &Verdicts) -> Option<String> {
        if verdicts.judgements.iter().any(|row| row.gates) {
            return None;
        }
        let rows = verdicts.judgements.iter();
        let found: BTreeSet<&str> = rows.map(|row| &*row.unit).collect();
        let named: BTreeSet<&str> = self.units().collect();
        let mut text = "no row gates, so that nothing can fail".to_owned();
        if !named.is_empty() && found.is_disjoint(&named) {
            text += &format!(
                ": the rules are for {}, the results in {}",
                list(&named),
                list(&found)
            );
        }
        Some(text)
    }
}

fn list(units: &BTreeSet<&str>) -> String {
    let shown: Vec<String> = units
        .iter()
        .map(|unit| Printable(unit).to_string())
        .collect();
    shown.join(", ")
}
