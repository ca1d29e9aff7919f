//! Changes to a file of gates that leave its comments, its order and everything else as they are.

use thiserror::Error;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value, value};

use crate::accepted::{Accepted, Covers, Renamed};
use crate::gates::{Gates, GatesError};
use crate::printable::PrintableLines;

/// Where accepted changes stand in a file.
const ACCEPTED: &str = "accepted";
/// Where renamed cases stand.
const RENAMED: &str = "renamed";

/// Why a file of gates cannot be changed.
#[derive(Debug, Error)]
pub enum EditError {
    /// It is no TOML; the message has the line and the column.
    #[error("{}", PrintableLines(.0))]
    Form(toml_edit::TomlError),
    /// It is no file of gates, or would be none afterwards.
    #[error(transparent)]
    Gates(#[from] GatesError),
    /// What should be a list of tables is something else.
    #[error("{0} is no list of tables")]
    NoTables(&'static str),
}

/// The message has the cause in it, which is therefore no source.
impl From<toml_edit::TomlError> for EditError {
    fn from(error: toml_edit::TomlError) -> Self {
        Self::Form(error)
    }
}

/// The text of a file of gates with a change accepted: a new entry at the end of the others, in place of one for the same
/// case and unit.
///
/// # Errors
///
/// If the text is no file of gates, or would be none with the entry.
///
/// ```
/// use benchstat::edit::accept;
/// use benchstat::{Accepted, Covers};
///
/// let accepted = Accepted {
///     case: "Data".to_owned(),
///     unit: "sec/op".to_owned(),
///     covers: Covers::Change(0.031),
///     reason: "checks the length".to_owned(),
/// };
/// let text = accept("# Which change decides.\nalpha = 0.05 # one in twenty\n", &accepted)?;
/// assert_eq!(
///     text,
///     r#"# Which change decides.
/// alpha = 0.05 # one in twenty
///
/// [[accepted]]
/// case = "Data"
/// unit = "sec/op"
/// change = 0.031
/// reason = "checks the length"
/// "#,
/// );
/// # Ok::<(), benchstat::edit::EditError>(())
/// ```
pub fn accept(text: &str, accepted: &Accepted) -> Result<String, EditError> {
    let (field, share) = match accepted.covers {
        Covers::Value(number) => ("value", number),
        Covers::Change(share) => ("change", share),
    };
    let entries = [
        ("case", value(&accepted.case)),
        ("unit", value(&accepted.unit)),
        (field, value(share)),
        ("reason", value(&accepted.reason)),
    ];
    let text = retain_accepted(text, |other| {
        other.case != accepted.case || other.unit != accepted.unit
    })?;
    append(&text, ACCEPTED, entries)
}

/// The text of a file of gates with those accepted changes alone that are `kept`: without those that a new baseline
/// contains, for one.
///
/// # Errors
///
/// If the text is no file of gates.
pub fn retain_accepted(text: &str, kept: impl Fn(&Accepted) -> bool) -> Result<String, EditError> {
    let accepted = Gates::parse(text)?;
    let mut decisions = accepted.accepted().iter().map(kept);
    let mut document: DocumentMut = text.parse()?;
    retain(&mut document, ACCEPTED, |_| {
        decisions.next().unwrap_or(true)
    })?;
    checked(&document)
}

/// The text of a file of gates that maps the name of a case to an older one, in place of another mapping of either.
///
/// # Errors
///
/// If the text is no file of gates, or would be none with the entry.
pub fn rename(text: &str, renamed: &Renamed) -> Result<String, EditError> {
    let gates = Gates::parse(text)?;
    let mut decisions = gates
        .renamed()
        .iter()
        .map(|other| other.from != renamed.from && other.to != renamed.to);
    let mut document: DocumentMut = text.parse()?;
    retain(&mut document, RENAMED, |_| decisions.next().unwrap_or(true))?;
    let entries = [("from", value(&renamed.from)), ("to", value(&renamed.to))];
    append(&document.to_string(), RENAMED, entries)
}

/// Keeps some tables of a list, which are asked for in their order.
fn retain(
    document: &mut DocumentMut,
    list: &'static str,
    mut kept: impl FnMut(usize) -> bool,
) -> Result<(), EditError> {
    let mut at = 0;
    let mut next = || {
        at += 1;
        kept(at - 1)
    };
    let left = match document.get_mut(list) {
        None => return Ok(()),
        Some(Item::ArrayOfTables(tables)) => {
            tables.retain(|_| next());
            tables.len()
        }
        Some(Item::Value(Value::Array(array))) => {
            array.retain(|_| next());
            array.len()
        }
        Some(_) => return Err(EditError::NoTables(list)),
    };
    if left == 0 {
        document.remove(list);
    }
    Ok(())
}

/// Adds a table to the end of a list, which may be new.
fn append<const N: usize>(
    text: &str,
    list: &'static str,
    entries: [(&str, Item); N],
) -> Result<String, EditError> {
    let mut document: DocumentMut = text.parse()?;
    let item = document
        .entry(list)
        .or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    match item {
        Item::ArrayOfTables(tables) => {
            let mut table = Table::new();
            table.decor_mut().set_prefix("\n");
            table.extend(entries);
            tables.push(table);
        }
        Item::Value(Value::Array(array)) => {
            let table = entries.into_iter().filter_map(|(key, item)| {
                let value = item.into_value().ok()?;
                Some((key, value))
            });
            array.push(Value::InlineTable(table.collect()));
        }
        _ => return Err(EditError::NoTables(list)),
    }
    checked(&document)
}

/// The text of a document that is a file of gates.
fn checked(document: &DocumentMut) -> Result<String, EditError> {
    let text = document.to_string();
    Gates::parse(&text)?;
    Ok(text)
}
