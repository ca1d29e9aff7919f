//! Which line of the new source a line of the old one is.

use std::collections::HashMap;
use std::sync::Arc;

/// The lines of the source files that both sides have, matched by their text.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    files: HashMap<Arc<str>, HashMap<u32, u32>>,
    texts: HashMap<Arc<str>, Vec<String>>,
}

impl Lines {
    /// Adds a file, as it was and as it is.
    pub fn add(&mut self, file: &str, base: &str, head: &str) {
        let (base, head): (Vec<_>, Vec<_>) = (base.lines().collect(), head.lines().collect());
        self.files.insert(file.into(), matched(&base, &head));
        let texts = head.iter().map(|line| line.trim().to_owned()).collect();
        self.texts.insert(file.into(), texts);
    }

    /// The line that a line of the base has become. A file that is not known is taken to be the same.
    pub(crate) fn head(&self, file: &str, line: u32) -> Option<u32> {
        match self.files.get(file) {
            Some(lines) => lines.get(&line).copied(),
            None => Some(line),
        }
    }

    /// Whether a line of the head stood in the base. All of a file that is not known did.
    pub(crate) fn stood(&self, file: &str, line: u32) -> bool {
        let lines = self.files.get(file);
        lines.is_none_or(|lines| lines.values().any(|head| *head == line))
    }

    /// What stands on a line of the head.
    pub fn text(&self, file: &str, line: u32) -> Option<&str> {
        let place = (line as usize).checked_sub(1)?;
        self.texts.get(file)?.get(place).map(String::as_str)
    }
}

/// The longest common subsequence of lines, and between two of its members, where as many lines went as came, these in
/// their order: they were changed.
fn matched(base: &[&str], head: &[&str]) -> HashMap<u32, u32> {
    let mut lengths = vec![vec![0_u32; head.len() + 1]; base.len() + 1];
    for (b, old) in base.iter().enumerate().rev() {
        for (h, new) in head.iter().enumerate().rev() {
            lengths[b][h] = if old == new {
                lengths[b + 1][h + 1] + 1
            } else {
                lengths[b + 1][h].max(lengths[b][h + 1])
            };
        }
    }
    let mut lines = HashMap::new();
    let (mut b, mut h, mut from) = (0, 0, (0, 0));
    loop {
        let ended = b == base.len() || h == head.len();
        if ended || base[b] == head[h] {
            let (gone, come) = if ended {
                (base.len(), head.len())
            } else {
                (b, h)
            };
            if gone - from.0 == come - from.1 {
                lines.extend(
                    (from.0..gone)
                        .zip(from.1..)
                        .map(|(b, h)| (b as u32 + 1, h as u32 + 1)),
                );
            }
            if ended {
                return lines;
            }
            lines.insert(b as u32 + 1, h as u32 + 1);
            (b, h) = (b + 1, h + 1);
            from = (b, h);
        } else if lengths[b + 1][h] >= lengths[b][h + 1] {
            b += 1;
        } else {
            h += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Lines;

    #[test]
    fn follows_lines_that_moved_and_lines_that_changed() {
        let mut lines = Lines::default();
        lines.add(
            "a.rs",
            "one\ntwo\nthree\nfour\n",
            "one\nnew\ntwo\n3\nfour\n",
        );
        let heads: Vec<_> = (1..=4).map(|line| lines.head("a.rs", line)).collect();
        assert_eq!(heads, [Some(1), Some(3), Some(4), Some(5)]);
        assert_eq!(lines.text("a.rs", 4), Some("3"));
    }
}
