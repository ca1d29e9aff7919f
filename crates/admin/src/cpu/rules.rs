//! How to unwind code that keeps no frame pointer: the C library, as distributions build it.
//!
//! Compilers describe each frame in `.eh_frame` (DWARF 5, section 6.4). What of it matters here is kept in a flat table, 8
//! bytes for each place where it changes, which a signal handler can search.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use gimli::{
    BaseAddresses, CfaRule, EhFrame, EndianSlice, NativeEndian, Register, RegisterRule,
    UnwindContext, UnwindSection, UnwindTableRow, X86_64,
};
use object::{Object, ObjectSection, ObjectSegment, ReadCache};
use profile::Mapped;

use crate::process;
use crate::stack::Rule;

/// The rules of all libraries that were loaded when they were read. The program itself keeps frame pointers.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    libraries: Vec<Library>,
}

#[derive(Debug)]
struct Library {
    /// The addresses at which it can be run.
    start: u64,
    end: u64,
    /// Ascending.
    changes: Vec<Change>,
}

/// From an offset in the library on, frames are like this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Change {
    offset: u32,
    /// The distance to the frame's end in words, and the highest bit if it is counted from the frame pointer; [`UNKNOWN`].
    end: u16,
    /// Words from the frame's end down to the saved frame pointer; 0 if it is not saved.
    saved: u16,
}

/// There is no rule that this table could hold.
const UNKNOWN: u16 = 0;

const FROM_FRAME: u16 = 1 << 15;

impl Rules {
    /// Reads the rules of this process's libraries; a library that cannot be read has none.
    ///
    /// # Errors
    ///
    /// If the system does not tell which there are.
    pub(crate) fn of_libraries() -> io::Result<Self> {
        let program = fs::read_link("/proc/self/exe").unwrap_or_default();
        let libraries = process::mappings()?
            .into_iter()
            .filter(|mapped| Path::new(&mapped.path) != program);
        Ok(Self {
            libraries: libraries.filter_map(|mapped| library(&mapped)).collect(),
        })
    }

    /// How to unwind what runs at an address, if that is known. It may run in a signal handler.
    pub(crate) fn find(&self, address: u64) -> Option<Rule> {
        let within = |library: &&Library| (library.start..library.end).contains(&address);
        let library = self.libraries.iter().find(within)?;
        let offset = address - library.start;
        let place = library
            .changes
            .partition_point(|change| u64::from(change.offset) <= offset);
        let change = library.changes.get(place.checked_sub(1)?)?;
        (change.end != UNKNOWN).then(|| Rule {
            from_frame: change.end & FROM_FRAME != 0,
            end: u64::from(change.end & !FROM_FRAME) * 8,
            saved: (change.saved > 0).then(|| u64::from(change.saved) * 8),
        })
    }
}

/// A part of a file that is loaded to be run.
#[derive(Debug, Clone, Copy)]
struct Segment {
    offset: u64,
    size: u64,
    /// Where the file itself places it.
    address: u64,
}

/// What a segment's offset in its file is a multiple of where it is mapped: the smallest page.
const PAGE: u64 = 4096;

/// Where a file itself places what is mapped from an offset on.
///
/// A mapping begins at a page. The segment may begin later on that page, and another segment may end on it: not all linkers
/// align segments in the file.
fn placed(mut segments: impl Iterator<Item = Segment>, mapped: u64) -> Option<u64> {
    let segment = segments.find(|segment| {
        let end = segment.offset.saturating_add(segment.size);
        (segment.offset & !(PAGE - 1)..end).contains(&mapped)
    })?;
    let placed = segment.address.wrapping_sub(segment.offset);
    Some(placed.wrapping_add(mapped))
}

fn library(mapped: &Mapped) -> Option<Library> {
    let cache = ReadCache::new(File::open(&mapped.path).ok()?);
    let file = object::File::parse(&cache).ok()?;
    let runnable = file
        .segments()
        .filter(|segment| segment.permissions().executable());
    let segments = runnable.map(|segment| {
        let (offset, size) = segment.file_range();
        Segment {
            offset,
            size,
            address: segment.address(),
        }
    });
    let placed = placed(segments, mapped.offset)?;
    let section = file.section_by_name(".eh_frame")?;
    let data = section.data().ok()?;
    let mut changes = Vec::new();
    read(data, section.address(), |offset, end, saved| {
        let offset = offset
            .checked_sub(placed)
            .and_then(|offset| u32::try_from(offset).ok());
        changes.extend(offset.map(|offset| Change { offset, end, saved }));
    });
    // A function that begins where another ends comes second, whatever the order of their descriptions.
    changes.sort_by_key(|change| (change.offset, change.end != UNKNOWN));
    changes.dedup_by(|later, earlier| {
        let is_same_place = later.offset == earlier.offset;
        if is_same_place {
            *earlier = *later;
        }
        is_same_place || (later.end, later.saved) == (earlier.end, earlier.saved)
    });
    changes.shrink_to_fit();
    Some(Library {
        start: mapped.start,
        end: mapped.end,
        changes,
    })
}

/// Gives each change of the rules that a section describes: its address in the file, and the two numbers of [`Change`].
fn read(data: &[u8], address: u64, mut change: impl FnMut(u64, u16, u16)) {
    let section = EhFrame::from(EndianSlice::new(data, NativeEndian));
    let bases = BaseAddresses::default().set_eh_frame(address);
    let mut context = UnwindContext::new();
    let mut entries = section.entries(&bases);
    while let Ok(Some(entry)) = entries.next() {
        let gimli::CieOrFde::Fde(partial) = entry else {
            continue;
        };
        let Ok(description) = partial.parse(EhFrame::cie_from_offset) else {
            continue;
        };
        if let Ok(mut rows) = description.rows(&section, &bases, &mut context) {
            while let Ok(Some(row)) = rows.next_row() {
                let (end, saved) = numbers(row).unwrap_or((UNKNOWN, 0));
                change(row.start_address(), end, saved);
            }
        }
        change(description.end_address(), UNKNOWN, 0);
    }
}

fn numbers<S: gimli::UnwindContextStorage<usize>>(
    row: &UnwindTableRow<usize, S>,
) -> Option<(u16, u16)> {
    let CfaRule::RegisterAndOffset { register, offset } = *row.cfa() else {
        return None;
    };
    let from = match register {
        X86_64::RSP => 0,
        X86_64::RBP => FROM_FRAME,
        Register(_) => return None,
    };
    let end = words(offset)?;
    let saved = match row.register(X86_64::RBP) {
        Some(RegisterRule::Offset(offset)) => words(-offset)?,
        None | Some(RegisterRule::Undefined | RegisterRule::SameValue) => 0,
        Some(_) => return None,
    };
    Some((end | from, saved))
}

/// A distance in words; `None` if it is none, or 0, or too far for a table.
fn words(bytes: i64) -> Option<u16> {
    let words = u16::try_from(bytes / 8).ok()?;
    (bytes % 8 == 0 && words > 0 && words < FROM_FRAME).then_some(words)
}

#[cfg(test)]
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code, reason = "a function of the C library is called")]
mod tests {
    use std::cell::RefCell;
    use std::ffi::c_void;

    use super::{Rules, Segment, placed};
    use crate::stack::{self, Registers};

    thread_local! {
        static FOUND: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
    }

    /// Notes how it was called, the C library's frames included.
    extern "C" fn compare(_: *const c_void, _: *const c_void) -> i32 {
        let rules = Rules::of_libraries().unwrap_or_default();
        let here: Registers = stack::here();
        FOUND.with_borrow_mut(|found| {
            found.clear();
            stack::walk(
                here,
                stack::read_own,
                |address| rules.find(address),
                |address| {
                    found.push(address);
                    found.len() < stack::DEPTH
                },
            );
        });
        1
    }

    #[inline(never)]
    fn sorts() -> usize {
        let mut numbers = [3_u64, 1];
        // SAFETY: two numbers of 8 bytes are there, and the function compares any two.
        unsafe { libc::qsort(numbers.as_mut_ptr().cast(), 2, 8, Some(compare)) };
        std::hint::black_box(numbers).len()
    }

    #[test]
    fn the_c_library_is_unwound_to_its_caller() {
        assert_eq!(sorts(), 2);
        let caller = sorts as fn() -> usize as usize as u64;
        let found = FOUND.take();
        assert!(
            found
                .iter()
                .any(|address| (caller..caller + 512).contains(address)),
            "{found:x?}"
        );
        // The test itself, too: unwinding went on from there.
        let test = the_c_library_is_unwound_to_its_caller as fn() as usize as u64;
        assert!(
            found
                .iter()
                .any(|address| (test..test + 1024).contains(address)),
            "{found:x?}"
        );
    }

    #[test]
    fn a_segment_is_placed_by_its_page_wherever_on_it_it_begins() {
        // As lld lays a library out: the code begins on the page of the file on which the constants end, and one page
        // farther on in memory.
        let code = Segment {
            offset: 0x1a40,
            size: 0x2000,
            address: 0x2a40,
        };
        // As GNU ld does: at a page of its own.
        let aligned = Segment {
            offset: 0x5000,
            size: 0x1800,
            address: 0x5000,
        };
        for (mapped, address) in [
            (0x1000, Some(0x2000)),
            (0x3000, Some(0x4000)),
            (0x5000, Some(0x5000)),
            (0x6000, Some(0x6000)),
            (0x4000, None),
            (0x7000, None),
            (0, None),
        ] {
            let found = placed([code, aligned].into_iter(), mapped);
            assert_eq!(found, address, "{mapped:#x}");
        }
    }

    #[test]
    fn numbers_of_a_broken_file_are_no_danger() {
        let broken = Segment {
            offset: u64::MAX - 10,
            size: 100,
            address: 1,
        };
        assert_eq!(placed([broken].into_iter(), 0x1000), None);
    }
}
