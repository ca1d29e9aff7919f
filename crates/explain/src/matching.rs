//! Which line of a new text a line of the old one is.

use std::collections::HashMap;

/// The longest common subsequence of lines, and between two of its members, where as many lines went as came, these in
/// their order: they were changed. Lines are counted from 1.
pub(crate) fn matched(base: &[&str], head: &[&str]) -> HashMap<u32, u32> {
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
