//! Two operations side by side.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::listing::Listing;
use crate::operation::{Allocation, Operation};
use crate::text::{kind, line, until};

/// Two listings side by side, of each the operation that came first: allocations of one kind and size that come in the same
/// order stand on one line (Myers, "An O(ND) Difference Algorithm", Algorithmica 1, 1986), marked `=`; `<` and `>` mark what
/// one side has alone.
pub fn beside(left: &Listing, right: &Listing) -> String {
    let none = Operation::default();
    let operation = |listing: &Listing| {
        let first = listing.operations.first();
        first.map_or_else(|| none.clone(), |alike| alike.operation.clone())
    };
    let (one, two) = (operation(left), operation(right));
    let mut rows = vec![[title(left, &one), String::new(), title(right, &two)]];
    let (a, b) = (&one.allocations, &two.allocations);
    let (keys_a, keys_b): (Vec<_>, Vec<_>) = (
        a.iter().map(Allocation::shape).collect(),
        b.iter().map(Allocation::shape).collect(),
    );
    let alone = |rows: &mut Vec<[String; 3]>, old: &[Allocation], new: &[Allocation]| {
        rows.extend(
            old.iter()
                .map(|one| [shown(one), "<".to_owned(), String::new()]),
        );
        rows.extend(
            new.iter()
                .map(|two| [String::new(), ">".to_owned(), shown(two)]),
        );
    };
    for op in capture_diff_slices(Algorithm::Myers, &keys_a, &keys_b) {
        let old = a.get(op.old_range()).unwrap_or_default();
        let new = b.get(op.new_range()).unwrap_or_default();
        if matches!(op, DiffOp::Equal { .. }) {
            let pairs = old.iter().zip(new);
            rows.extend(pairs.map(|(one, two)| [shown(one), "=".to_owned(), shown(two)]));
        } else {
            alone(&mut rows, old, new);
        }
    }
    let width = rows
        .iter()
        .map(|row| row[0].chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for [left, mark, right] in rows {
        let row = format!("{left:width$}  {mark:1}  {right}");
        text += row.trim_end();
        text.push('\n');
    }
    text
}

fn title(listing: &Listing, operation: &Operation) -> String {
    let (count, bytes) = (operation.allocations.len(), operation.bytes());
    format!("{}: {count} allocations, {bytes} B", listing.case)
}

fn shown(allocation: &Allocation) -> String {
    format!(
        "{:>4} {:>7} B  {}, {}  {}",
        allocation.event,
        allocation.size,
        kind(allocation.kind),
        until(allocation.end),
        line(allocation)
    )
}
