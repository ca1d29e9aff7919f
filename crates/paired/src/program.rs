//! The programs' paths.

use std::ffi::OsString;
use std::io;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{self, Path, PathBuf};

use crate::side::Sides;

/// The two programs by paths of the same length: absolute, and the shorter one with more slashes before its last part, which
/// the system reads as one. The system puts the path at the start of the process's stack.
pub(crate) fn of_one_length(
    programs: Sides<&Path>,
) -> Result<Sides<PathBuf>, (PathBuf, io::Error)> {
    let absolute =
        |program: &Path| path::absolute(program).map_err(|error| (program.to_owned(), error));
    let (base, head) = (absolute(programs.base)?, absolute(programs.head)?);
    let length = base.as_os_str().len().max(head.as_os_str().len());
    Ok(Sides { base, head }.map(|program| lengthened(&program, length)))
}

fn lengthened(program: &Path, length: usize) -> PathBuf {
    let mut bytes = program.as_os_str().as_bytes().to_owned();
    let missing = length.saturating_sub(bytes.len());
    let end = bytes
        .iter()
        .rposition(|&byte| byte == b'/')
        .map_or(0, |slash| slash + 1);
    bytes.splice(end..end, std::iter::repeat_n(b'/', missing));
    OsString::from_vec(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shorter_path_gets_longer_and_names_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let [short, long] = ["a", "much-longer"].map(|name| folder.path().join(name));
        for path in [&short, &long] {
            std::fs::write(path, path.file_name().unwrap().as_bytes()).unwrap();
        }
        let sides = of_one_length(Sides {
            base: &short,
            head: &long,
        })
        .unwrap();
        assert_eq!(sides.base.as_os_str().len(), long.as_os_str().len());
        assert_eq!(std::fs::read(&sides.base).unwrap(), b"a");
        assert_eq!(sides.head, long);
        let turned = of_one_length(Sides {
            base: &long,
            head: &short,
        })
        .unwrap();
        assert_eq!(
            turned,
            Sides {
                base: sides.head,
                head: sides.base
            }
        );
    }

    #[test]
    fn relative_paths_become_absolute() {
        let sides = Sides {
            base: Path::new("target/paired"),
            head: Path::new("paired"),
        };
        let sides = of_one_length(sides).unwrap();
        assert!(sides.base.is_absolute() && sides.head.is_absolute());
        assert_eq!(sides.base.as_os_str().len(), sides.head.as_os_str().len());
    }
}
