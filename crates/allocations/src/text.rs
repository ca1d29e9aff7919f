//! A listing as text.

use std::fmt::{self, Write as _};

use crate::listing::{Alike, Listing, When};
use crate::operation::{Allocation, End, Kind, Operation};

/// A line for each allocation, under a headline for each kind of operation.
impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, alike) in self.operations.iter().enumerate() {
            if number > 0 {
                f.write_char('\n')?;
            }
            writeln!(f, "{}", headline(self, alike))?;
            table(f, &alike.operation)?;
        }
        Ok(())
    }
}

fn headline(listing: &Listing, alike: &Alike) -> String {
    let operation = &alike.operation;
    let kept = operation.kept().count();
    let mut text = format!(
        "{}: {} allocations, {} B",
        listing.case,
        operation.allocations.len(),
        operation.bytes(),
    );
    if kept > 0 {
        let bytes: usize = operation.kept().map(|allocation| allocation.size).sum();
        text += &format!("; {kept} kept, {bytes} B");
    }
    let before = &operation.freed_before;
    if !before.is_empty() {
        let bytes: usize = before.iter().sum();
        text += &format!("; {} from before freed or resized, {bytes} B", before.len());
    }
    text += &match (listing.when, listing.times()) {
        (When::First, _) => "; built, and the first operation".to_owned(),
        (When::Steady, all) if all == alike.times => format!("; {all} operations alike"),
        (When::Steady, all) => format!("; {} of {all} operations", alike.times),
    };
    text
}

fn table(f: &mut fmt::Formatter<'_>, operation: &Operation) -> fmt::Result {
    let head = ["#", "B", "kind", "until", "line", "by way of"].map(str::to_owned);
    let rows = operation.allocations.iter().map(|allocation| {
        let way = [
            allocation.library().map(way),
            allocation.caller().map(|frame| format!("from {frame}")),
        ];
        [
            allocation.event.to_string(),
            allocation.size.to_string(),
            kind(allocation.kind),
            until(allocation.end),
            line(allocation),
            way.into_iter().flatten().collect::<Vec<_>>().join(", "),
        ]
    });
    let rows: Vec<[String; 6]> = std::iter::once(head).chain(rows).collect();
    if rows.len() == 1 {
        return Ok(());
    }
    let width = |column: usize| {
        let widths = rows.iter().map(|row| row[column].chars().count());
        widths.max().unwrap_or(0)
    };
    let [event, size, kind, until, line] = [0, 1, 2, 3, 4].map(width);
    for row in &rows {
        let text = format!(
            "{:>event$}  {:>size$}  {:kind$}  {:until$}  {:line$}  {}",
            row[0], row[1], row[2], row[3], row[4], row[5]
        );
        writeln!(f, "{}", text.trim_end())?;
    }
    Ok(())
}

fn way(frame: &crate::Frame) -> String {
    // What a function is generic over is long, and in the JSON.
    let name = match frame.function.split_once('<') {
        Some((name, _)) if !name.is_empty() => name,
        _ => &frame.function,
    };
    if frame.file.is_empty() {
        name.to_owned()
    } else {
        format!("{name} {frame}")
    }
}

/// How an allocation came to be, in words.
pub(crate) fn kind(kind: Kind) -> String {
    match kind {
        Kind::Alloc => "alloc".to_owned(),
        Kind::Zeroed => "zeroed".to_owned(),
        Kind::Realloc { from, of: Some(of) } => format!("realloc #{of} from {from}"),
        Kind::Realloc { from, of: None } => format!("realloc from {from}"),
    }
}

/// What ends an allocation, in words.
pub(crate) fn until(end: Option<End>) -> String {
    match end {
        Some(End::Freed(event)) => format!("freed {event}"),
        Some(End::Resized(event)) => format!("grown {event}"),
        None => "kept".to_owned(),
    }
}

/// The line that made an allocation; the innermost function where none is the workspace's own.
pub(crate) fn line(allocation: &Allocation) -> String {
    match (allocation.line(), allocation.stack.first()) {
        (Some(line), _) => line.to_string(),
        (None, Some(innermost)) => way(innermost),
        (None, None) => "the harness".to_owned(),
    }
}
