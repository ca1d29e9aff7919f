//! The process, as `/proc` has it: proc(5).

use std::fs;
use std::io;

use profile::Mapped;

/// What could be read; `None` where there is no such file.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Process {
    pub(crate) virtual_bytes: Option<f64>,
    pub(crate) resident_bytes: Option<f64>,
    pub(crate) open_files: Option<f64>,
    pub(crate) threads: Option<f64>,
    pub(crate) cpu_seconds: Option<f64>,
}

pub(crate) fn read() -> Process {
    let memory = fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let status = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let page = rustix::param::page_size() as f64;
    let ticks = rustix::param::clock_ticks_per_second() as f64;
    // The command's name stands in brackets, and may have blanks and brackets of its own.
    let fields: Vec<&str> = status
        .rsplit_once(')')
        .map(|(_, fields)| fields.split_ascii_whitespace().collect())
        .unwrap_or_default();
    // Numbered from 1 in proc(5), and the first two come before.
    let field = |number: usize| number_at(&fields, number - 3);
    let sizes: Vec<&str> = memory.split_ascii_whitespace().collect();
    Process {
        virtual_bytes: number_at(&sizes, 0).map(|pages| pages * page),
        resident_bytes: number_at(&sizes, 1).map(|pages| pages * page),
        open_files: fs::read_dir("/proc/self/fd")
            .ok()
            .map(|files| files.count() as f64),
        threads: field(20),
        cpu_seconds: field(14)
            .zip(field(15))
            .map(|(user, system)| (user + system) / ticks),
    }
}

/// What of which file is mapped to be run. A path that is no UTF-8 is told with what of it is.
///
/// # Errors
///
/// If the system does not tell.
pub(crate) fn mappings() -> io::Result<Vec<Mapped>> {
    const MAPS: &str = "/proc/self/maps";
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{MAPS}: {error}"));
    let bytes = fs::read(MAPS).map_err(named)?;
    Ok(profile::read_maps(&String::from_utf8_lossy(&bytes)))
}

fn number_at(fields: &[&str], place: usize) -> Option<f64> {
    fields.get(place)?.parse().ok()
}

#[cfg(test)]
#[allow(unsafe_code, reason = "a file is mapped")]
mod tests {
    use std::ffi::OsStr;
    use std::fs::{self, File};
    use std::os::fd::AsRawFd;
    use std::os::unix::ffi::OsStrExt;
    use std::ptr;

    use super::mappings;

    #[test]
    fn a_path_that_is_no_text_hides_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(OsStr::from_bytes(b"\xff.so"));
        fs::write(&path, [0; 100]).unwrap();
        let file = File::open(&path).unwrap();
        // SAFETY: the mapping is new, and nothing reads it.
        let mapped = unsafe {
            libc::mmap(
                ptr::null_mut(),
                100,
                libc::PROT_READ,
                libc::MAP_PRIVATE,
                file.as_raw_fd(),
                0,
            )
        };
        assert_ne!(mapped, libc::MAP_FAILED);
        let program = std::env::current_exe().unwrap();
        let found = mappings().unwrap();
        assert!(
            found
                .iter()
                .any(|mapped| program.as_os_str() == mapped.path.as_str())
        );
        // SAFETY: nothing refers to it.
        assert_eq!(unsafe { libc::munmap(mapped, 100) }, 0);
    }
}
