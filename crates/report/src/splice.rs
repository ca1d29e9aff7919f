//! Putting generated text into a page that is written by hand.

use std::error::Error;
use std::fmt;

/// The page has no place for the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpliceError {
    /// The comment that is not there, or stands before its counterpart.
    pub missing: String,
}

impl fmt::Display for SpliceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the page lacks the comment {}", self.missing)
    }
}

impl Error for SpliceError {}

/// Replaces what stands between `<!-- begin NAME -->` and `<!-- end NAME -->`.
///
/// ```
/// let page = "Before.\n<!-- begin table -->\nold\n<!-- end table -->\nAfter.\n";
/// assert_eq!(
///     report::splice(page, "table", "new\n").unwrap(),
///     "Before.\n<!-- begin table -->\nnew\n<!-- end table -->\nAfter.\n",
/// );
/// ```
///
/// # Errors
///
/// If a comment is missing.
pub fn splice(page: &str, name: &str, text: &str) -> Result<String, SpliceError> {
    let (begin, end) = (
        format!("<!-- begin {name} -->\n"),
        format!("<!-- end {name} -->"),
    );
    let missing = |comment: &str| SpliceError {
        missing: comment.trim_end().to_owned(),
    };
    let (before, rest) = page.split_once(&begin).ok_or_else(|| missing(&begin))?;
    let (_, after) = rest.split_once(&end).ok_or_else(|| missing(&end))?;
    Ok(format!("{before}{begin}{text}{end}{after}"))
}
