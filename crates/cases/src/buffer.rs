//! The ladder of growing a string against sizing it ahead: a hundred words, joined in five ways.

use std::hint::black_box;

use crate::case::digest;
use crate::{Case, Operation};

/// The words to join: 100 of them, 1,050 bytes.
fn words() -> Vec<&'static str> {
    ["alpha", "binomial", "covariance", "d", "eigenvalue"]
        .into_iter()
        .cycle()
        .take(100)
        .collect()
}

pub(crate) fn cases() -> Vec<Case> {
    vec![
        case("concat", |words, _| {
            let mut joined = String::new();
            for word in words {
                joined = [joined.as_str(), *word].concat();
            }
            joined
        }),
        case("push", |words, _| {
            let mut joined = String::new();
            for word in words {
                joined.push_str(word);
            }
            joined
        }),
        case("with_capacity", |words, _| {
            // A guess: words of up to 16 bytes.
            let mut joined = String::with_capacity(words.len() * 16);
            for word in words {
                joined.push_str(word);
            }
            joined
        }),
        case("reuse", |words, mut joined| {
            joined.clear();
            for word in words {
                joined.push_str(word);
            }
            joined
        }),
        // Adds up the lengths, allocates once, copies.
        case("exact", |words, _| words.concat()),
    ]
}

/// A step of the ladder; `join` is also given the string that it returned the last time.
fn case(step: &str, join: fn(&[&str], String) -> String) -> Case {
    let reuses = step == "reuse";
    Case::new(format!("Buffer/step={step}"), move |inputs_stand| {
        let words = words();
        let expected: String = words.iter().copied().collect();
        let joined = join(&words, String::new());
        assert_eq!(joined, expected);
        let digest = digest(&joined);
        drop(joined);
        inputs_stand();
        let mut last = String::new();
        Operation::new(move |times| {
            for _ in 0..times {
                let joined = join(black_box(&words), std::mem::take(&mut last));
                let joined = black_box(joined);
                if reuses {
                    last = joined;
                }
            }
        })
        .answering(digest)
    })
}
