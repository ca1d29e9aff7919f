//! Files and folders as a disk can hold them.

use std::fs::{self, File};
use std::path::Path;

use benchfmt::import::{ImportError, MAX_DEPTH, MAX_HEAP_FILE, Options, Tool, accepts, read};
use tempfile::{TempDir, tempdir};

use crate::{data, read_all};

const HEAP: &str = r#"{"dhatFileVersion":2,"mode":"rust-heap","cmd":"a","pps":[],"ftbl":[]}"#;
const BENCHMARK: &str = r#"{"full_id":"Sum of/10"}"#;
const SAMPLE: &str = r#"{"iters":[1],"times":[5]}"#;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What reading a folder gives: names, and messages with the folder's own path cut off.
fn outcome(root: &Path) -> Vec<Result<String, String>> {
    let shorten = |error: ImportError| {
        error
            .to_string()
            .replace(&format!("{}/", root.display()), "")
    };
    read_all(root, Options::default())
        .into_iter()
        .map(|item| item.map(|recording| recording.name).map_err(shorten))
        .collect()
}

fn failure(path: &Path) -> String {
    let error = read(path, Options::default()).unwrap_err().to_string();
    let shown = path.display().to_string();
    error
        .strip_prefix(&shown)
        .expect("the error starts with the path")
        .to_owned()
}

#[test]
fn a_folder_may_hold_the_results_of_every_tool() {
    let tools: Vec<Tool> = read_all(&data(""), Options::default())
        .into_iter()
        .map(|recording| recording.unwrap().tool)
        .collect();
    // In the order of the folders: criterion, dhat, gungraun, iai-callgrind.
    let mut expected = vec![Tool::Criterion; 3];
    expected.push(Tool::Dhat);
    expected.extend([Tool::IaiCallgrind; 5]);
    assert_eq!(tools, expected);
}

#[test]
fn what_is_missing_is_said_with_what_was_looked_for() {
    let empty = tempdir().unwrap();
    assert_eq!(
        failure(empty.path()),
        ": no results found; looked for */new/sample.json (criterion), summary.json \
         (iai-callgrind, gungraun) and dhat-heap.json (dhat)"
    );
    let error = read(&data("criterion"), Options { baseline: "main" }).unwrap_err();
    let message = error.to_string();
    assert!(
        message.contains("*/main/sample.json")
            && message.ends_with("; criterion's baselines here: new, tuned"),
        "{message}"
    );
    let missing = failure(&empty.path().join("gone"));
    assert!(missing.starts_with(": No such file"), "{missing}");
}

#[test]
fn a_malformed_file_does_not_hide_the_others() {
    let folder = folder(&[
        ("a/new/benchmark.json", BENCHMARK),
        ("a/new/sample.json", "{\n\"iters\": [1.0,"),
        ("b/new/benchmark.json", BENCHMARK),
        ("b/new/sample.json", SAMPLE),
        ("c/new/benchmark.json", ""),
        ("c/new/sample.json", SAMPLE),
        ("d/new/sample.json", SAMPLE),
        ("e/dhat-heap.json", HEAP),
        ("f/summary.json", "null"),
    ]);
    assert_eq!(
        outcome(folder.path()),
        [
            Err("a/new/sample.json:2:14: EOF while parsing a value".to_owned()),
            Ok("Sum%20of/10".to_owned()),
            Err("c/new/benchmark.json: the file is empty".to_owned()),
            Err("d/new/benchmark.json: No such file or directory (os error 2)".to_owned()),
            Ok("e".to_owned()),
            Err("f/summary.json:1:4: invalid type: null, expected a summary of iai-callgrind or gungraun".to_owned()),
        ]
    );
}

#[test]
fn a_benchmark_may_be_called_new() {
    let folder = folder(&[
        ("new/new/benchmark.json", BENCHMARK),
        ("new/new/sample.json", SAMPLE),
        ("new/base/benchmark.json", BENCHMARK),
        ("new/base/sample.json", SAMPLE),
        ("new/change/estimates.json", "{}"),
        ("new/report/index.html", ""),
    ]);
    assert_eq!(outcome(folder.path()), [Ok("Sum%20of/10".to_owned())]);
    // A run's own folder can be named as well.
    assert_eq!(outcome(&folder.path().join("new/new")).len(), 1);
}

#[test]
fn a_file_is_known_by_its_content() {
    let folder = folder(&[
        ("dhat.out.77", HEAP),
        ("text.txt", "BenchmarkA 1 1 ns/op\n"),
        ("events.json", "{\"Time\":\"2026\",\"Action\":\"output\"}\n"),
        ("empty.json", ""),
        ("dhat-heap.json", "{\"dhat"),
    ]);
    let at = |name: &str| folder.path().join(name);
    assert!(accepts(&at("dhat.out.77")));
    assert_eq!(outcome(&at("dhat.out.77")), [Ok("a".to_owned())]);
    for name in ["text.txt", "events.json", "empty.json"] {
        assert!(!accepts(&at(name)), "{name}");
        assert_eq!(
            failure(&at(name)),
            ": neither a summary of iai-callgrind or gungraun nor a heap profile of dhat"
        );
    }
    // Cut off, but its name says what it was.
    assert!(accepts(&at("dhat-heap.json")));
    let items = read_all(&at("dhat-heap.json"), Options::default());
    assert!(
        matches!(&items[..], [Err(ImportError::Content { .. })]),
        "{items:?}"
    );
    assert!(accepts(folder.path()));
    assert!(!accepts(&at("gone")));
}

#[test]
fn what_is_too_large_is_not_read() {
    let folder = folder(&[("b/dhat-heap.json", HEAP)]);
    fs::create_dir(folder.path().join("a")).unwrap();
    let huge = File::create(folder.path().join("a/dhat-heap.json")).unwrap();
    // Sparse: the size of a disk that it does not fill.
    huge.set_len(1 << 40).unwrap();
    assert_eq!(
        outcome(folder.path()),
        [
            Err(format!(
                "a/dhat-heap.json: larger than {MAX_HEAP_FILE} bytes"
            )),
            Ok("b".to_owned()),
        ]
    );
}

#[test]
fn a_deep_tree_is_entered_to_a_bound() {
    let folder = folder(&[("dhat-heap.json", HEAP)]);
    let at_bound = vec!["d"; MAX_DEPTH].join("/");
    let below = format!("{at_bound}/d");
    for path in [&at_bound, &below] {
        let path = folder.path().join(path);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("dhat-heap.json"), HEAP).unwrap();
    }
    let outcome = outcome(folder.path());
    assert_eq!(outcome.len(), 3);
    assert!(outcome.contains(&Ok(at_bound)));
    assert!(outcome.contains(&Err(format!("{below}: more than {MAX_DEPTH} folders deep"))));
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    #[test]
    fn links_are_followed_to_files_and_not_to_folders() {
        let folder = folder(&[("a/kept.json", HEAP)]);
        let at = |name: &str| folder.path().join(name);
        for name in ["b", "c", "d"] {
            fs::create_dir(at(name)).unwrap();
        }
        symlink(at("a/kept.json"), at("b/dhat-heap.json")).unwrap();
        symlink(folder.path(), at("b/up")).unwrap();
        symlink(at("c/dhat-heap.json"), at("c/dhat-heap.json")).unwrap();
        symlink(at("nowhere"), at("d/dhat-heap.json")).unwrap();
        assert_eq!(
            outcome(folder.path()),
            [
                Ok("b".to_owned()),
                Err("b/up: a symbolic link to a folder is not followed".to_owned()),
                Err("c/dhat-heap.json: Too many levels of symbolic links (os error 40)".to_owned()),
                Err("d/dhat-heap.json: No such file or directory (os error 2)".to_owned()),
            ]
        );
        // The folder that is named may be a link.
        symlink(at("b"), at("root")).unwrap();
        let named = read_all(&at("root"), Options::default());
        assert_eq!(named[0].as_ref().unwrap().name, "a");
    }

    /// To open a pipe that nobody writes to would never return.
    #[test]
    fn pipes_are_not_opened() {
        let folder = folder(&[("x/kept.json", "")]);
        let pipe = folder.path().join("x/dhat-heap.json");
        assert!(
            Command::new("mkfifo")
                .arg(&pipe)
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(
            outcome(folder.path()),
            [Err("x/dhat-heap.json: not a regular file".to_owned())]
        );
        assert!(!accepts(&pipe));
        assert!(matches!(
            read_all(&pipe, Options::default())[..],
            [Err(ImportError::NotAFile { .. })]
        ));
    }

    #[test]
    fn a_device_is_no_file() {
        let device = Path::new("/dev/zero");
        assert!(!accepts(device));
        assert_eq!(failure(device), ": not a regular file");
    }

    #[test]
    fn folders_need_not_be_utf8_nor_printable() {
        let folder = tempdir().unwrap();
        for name in [&b"a\xff"[..], b"b\x1b[2J"] {
            let path = folder.path().join(OsStr::from_bytes(name));
            fs::create_dir(&path).unwrap();
            fs::write(path.join("dhat-heap.json"), HEAP).unwrap();
            fs::write(path.join("summary.json"), "x").unwrap();
        }
        assert_eq!(
            outcome(folder.path()),
            [
                Ok("a%FF".to_owned()),
                Err("a\u{fffd}/summary.json:1:1: expected value".to_owned()),
                Ok("b%1B[2J".to_owned()),
                Err("b\\u{1b}[2J/summary.json:1:1: expected value".to_owned()),
            ]
        );
    }
}
