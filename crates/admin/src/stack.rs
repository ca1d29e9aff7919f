//! Stacks, unwound by frame pointers, and by rules where code is known to keep none.
//!
//! A frame pointer may be anything where a function keeps another value in its register, so no address is trusted: memory is
//! read by the kernel, which refuses what is not mapped. All of this may run in a signal handler.
#![allow(unsafe_code, reason = "reading the stack is what this is for")]

use std::ffi::c_void;
use std::mem::size_of_val;

/// As deep as Go's profiles go. What is farther out is cut off.
pub(crate) const DEPTH: usize = 128;

/// Words that are read at once: most frames are smaller, and then one reading serves several.
const WINDOW: usize = 64;

/// The largest distance between two frames that is believed: larger than any frame, smaller than the gap between two stacks
/// would often be.
const LARGEST_FRAME: u64 = 1 << 20;

/// Where a thread is, as far as unwinding has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Registers {
    /// An address within the instruction that runs, or that calls.
    pub(crate) address: u64,
    /// The stack pointer: below it the stack has nothing.
    pub(crate) stack: u64,
    /// The frame pointer.
    pub(crate) frame: u64,
}

/// Where a function that keeps no frame pointer has its frame. The frame ends where the caller's stack pointer was before the
/// call (the canonical frame address of DWARF 5, section 6.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Whether the end is counted from the frame pointer, and not from the stack pointer.
    pub(crate) from_frame: bool,
    /// How far the end is.
    pub(crate) end: u64,
    /// How far below the end the caller's frame pointer is kept; `None` if it is still in its register.
    pub(crate) saved: Option<u64>,
}

/// Follows the frames outwards, by frame pointers, or by a rule where there is one for an address. Gives each return address
/// to `push`, until that is `false`. `read` copies words at an address and says how many it could.
///
/// A frame that a frame pointer points to begins with two words: the frame pointer of the caller, and the return address
/// (System V ABI for x86-64, 3.2.2).
pub(crate) fn walk(
    mut at: Registers,
    read: impl Fn(u64, &mut [u64]) -> usize,
    rule: impl Fn(u64) -> Option<Rule>,
    mut push: impl FnMut(u64) -> bool,
) {
    let mut window = Window {
        read,
        start: 0,
        length: 0,
        words: [0; WINDOW],
    };
    loop {
        let found = match rule(at.address) {
            Some(rule) => window.by_rule(at, rule),
            None => window.by_frame(at),
        };
        match found {
            Some(caller) if push(caller.address) => {
                at = caller;
                // A return address is behind its call, and may be another function's.
                at.address -= 1;
            }
            _ => return,
        }
    }
}

/// The words that were read last.
struct Window<R> {
    read: R,
    start: u64,
    length: usize,
    words: [u64; WINDOW],
}

impl<R: Fn(u64, &mut [u64]) -> usize> Window<R> {
    fn word(&mut self, address: u64) -> Option<u64> {
        if !address.is_multiple_of(8) {
            return None;
        }
        let is_here = |window: &Self| {
            address >= window.start && (address - window.start) / 8 < window.length as u64
        };
        if !is_here(self) {
            self.length = (self.read)(address, &mut self.words).min(WINDOW);
            self.start = address;
        }
        let place = ((address - self.start) / 8) as usize;
        self.words.get(..self.length)?.get(place).copied()
    }

    fn by_frame(&mut self, at: Registers) -> Option<Registers> {
        self.caller(at, at.frame.checked_add(16)?, Some(16))
    }

    fn by_rule(&mut self, at: Registers, rule: Rule) -> Option<Registers> {
        let base = if rule.from_frame { at.frame } else { at.stack };
        self.caller(at, base.checked_add(rule.end)?, rule.saved)
    }

    /// The caller of a function whose frame ends there.
    fn caller(&mut self, at: Registers, end: u64, saved: Option<u64>) -> Option<Registers> {
        let is_near = end > at.stack && end - at.stack <= LARGEST_FRAME;
        if !is_near {
            return None;
        }
        // The lower one first, so that a reading has both.
        let frame = match saved {
            Some(below) => self.word(end.checked_sub(below)?)?,
            None => at.frame,
        };
        let address = self.word(end - 8)?;
        (address != 0).then_some(Registers {
            address,
            stack: end,
            frame,
        })
    }
}

/// Has the kernel copy words of this process: nothing happens where nothing is mapped. It keeps `errno`.
pub(crate) fn read_own(address: u64, words: &mut [u64]) -> usize {
    // To the end of the page first: beyond it nothing may be mapped, and a reading that fails half-way may give nothing.
    let page = 4096 - address % 4096;
    let local = libc::iovec {
        iov_base: words.as_mut_ptr().cast::<c_void>(),
        iov_len: size_of_val(words),
    };
    let near = page.min(local.iov_len as u64) as usize;
    let far = local.iov_len - near;
    let remote = [
        libc::iovec {
            iov_base: address as *mut c_void,
            iov_len: near,
        },
        libc::iovec {
            iov_base: (address + near as u64) as *mut c_void,
            iov_len: far,
        },
    ];
    // SAFETY: the location of `errno` is the thread's own; `local` is a buffer that may be written, and the kernel itself
    // checks `remote`. All of it is async-signal-safe.
    let read = unsafe {
        let errno = libc::__errno_location();
        let before = *errno;
        let read = libc::process_vm_readv(
            process_id(),
            &raw const local,
            1,
            remote.as_ptr(),
            if far == 0 { 1 } else { 2 },
            0,
        );
        *errno = before;
        read
    };
    usize::try_from(read).unwrap_or(0) / 8
}

/// Where a stack lies: its lowest address, and the first one behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    start: u64,
    end: u64,
}

impl Bounds {
    /// Nothing lies within.
    pub(crate) const UNKNOWN: Self = Self { start: 0, end: 0 };

    fn contain(self, address: u64) -> bool {
        (self.start..self.end).contains(&address)
    }
}

/// Where the stack lies that the system gave this thread; [`Bounds::UNKNOWN`] if it does not tell. It may allocate.
pub(crate) fn bounds_of_stack() -> Bounds {
    // SAFETY: the attributes are this function's own: initialised by the first call if it gives 0, read by the second,
    // destroyed by the third.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) != 0 {
            return Bounds::UNKNOWN;
        }
        let mut start = std::ptr::null_mut::<c_void>();
        let mut size = 0;
        let told =
            libc::pthread_attr_getstack(&raw const attributes, &raw mut start, &raw mut size);
        libc::pthread_attr_destroy(&raw mut attributes);
        if told == 0 {
            Bounds {
                start: start.addr() as u64,
                end: (start.addr() + size) as u64,
            }
        } else {
            Bounds::UNKNOWN
        }
    }
}

/// Reads words of this thread's own stack, from `bottom` up to its end, without the kernel; what is not of that, with it.
/// `bottom` has to be a stack pointer of a function that is still running, and `stack` where this thread's stack lies.
///
/// On another stack, such as a coroutine's or a signal handler's, the kernel reads all: between that one and the end of the
/// thread's there may be nothing.
pub(crate) fn read_stack(bottom: u64, stack: Bounds) -> impl Fn(u64, &mut [u64]) -> usize {
    let end = if stack.contain(bottom) { stack.end } else { 0 };
    move |address, words| {
        if address < bottom || address >= end {
            return read_own(address, words);
        }
        let length = words.len().min(((end - address) / 8) as usize);
        let from = address as *const u64;
        for (place, word) in words.iter_mut().take(length).enumerate() {
            // SAFETY: `bottom` lies on the stack that ends at `end`, or `end` is 0 and this is not reached; between a live
            // stack pointer and the end of the same stack all is mapped, and this thread's own. The address is a multiple
            // of 8, as `walk` demands.
            *word = unsafe { from.add(place).read_volatile() };
        }
        length
    }
}

fn process_id() -> libc::pid_t {
    // SAFETY: it only asks.
    unsafe { libc::getpid() }
}

/// The registers of the function that this is inlined into; the address is not needed to unwind it.
#[cfg(target_arch = "x86_64")]
#[expect(clippy::inline_always, reason = "the registers are to be the caller's")]
#[inline(always)]
pub(crate) fn here() -> Registers {
    let (frame, stack): (u64, u64);
    // SAFETY: two registers are read.
    unsafe {
        std::arch::asm!("mov {}, rbp", "mov {}, rsp", out(reg) frame, out(reg) stack, options(nomem, nostack, preserves_flags));
    }
    Registers {
        address: 0,
        stack,
        frame,
    }
}

/// Where it is not known which register the frame pointer is in, no stack is found.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn here() -> Registers {
    Registers {
        address: 0,
        stack: 0,
        frame: 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Registers, Rule, bounds_of_stack, here, read_own, read_stack, walk};

    /// Addresses that a stack made of a list has.
    const BASE: u64 = 0x1000;

    /// Reads a stack that is a list of words.
    fn reader(words: &[u64]) -> impl Fn(u64, &mut [u64]) -> usize {
        move |address, into| {
            let place = (address.wrapping_sub(BASE) / 8) as usize;
            let rest = words.get(place..).unwrap_or_default();
            let length = rest.len().min(into.len());
            into[..length].copy_from_slice(&rest[..length]);
            length
        }
    }

    fn found(at: Registers, words: &[u64], rule: impl Fn(u64) -> Option<Rule>) -> Vec<u64> {
        let mut found = Vec::new();
        walk(at, reader(words), rule, |address| {
            found.push(address);
            found.len() < 100
        });
        found
    }

    proptest! {
        #[test]
        fn frames_are_followed_to_the_outermost(gaps in prop::collection::vec(0_u64..200, 1..40)) {
            // Each frame: some locals, then where the caller's frame is, then the return address.
            let mut words = Vec::new();
            let mut frames = Vec::new();
            for gap in &gaps {
                words.extend(vec![7; *gap as usize]);
                frames.push(words.len());
                words.extend([0, 0]);
            }
            for (number, place) in frames.iter().enumerate() {
                let caller = frames.get(number + 1);
                words[*place] = caller.map_or(0, |caller| BASE + 8 * *caller as u64);
                words[place + 1] = 100 + number as u64;
            }
            let at = Registers { address: 1, stack: BASE, frame: BASE + 8 * gaps[0] };
            let expected: Vec<u64> = (0..gaps.len() as u64).map(|number| 100 + number).collect();
            prop_assert_eq!(found(at, &words, |_| None), expected);
        }

        #[test]
        fn anything_comes_to_an_end(
            words in prop::collection::vec(prop_oneof![BASE..BASE + 800, any::<u64>()], 0..100),
            stack: u64,
            frame in prop_oneof![BASE..BASE + 800, any::<u64>()],
            end: u64,
            saved: Option<u64>,
            from_frame: bool,
        ) {
            let rule = Rule { from_frame, end, saved };
            for stack in [stack, BASE] {
                let at = Registers { address: 1, stack, frame };
                prop_assert!(found(at, &words, |_| None).len() <= 100);
                prop_assert!(found(at, &words, |address| (address % 2 == 0).then_some(rule)).len() <= 100);
            }
        }

        #[test]
        fn memory_that_is_not_mapped_is_not_read(address in (0_u64..1 << 47).prop_map(|address| address | 1 << 63)) {
            prop_assert_eq!(read_own(address, &mut [0; 64]), 0);
        }
    }

    #[test]
    fn a_function_without_a_frame_pointer_is_unwound_by_its_rule() {
        // Two words of locals, the saved frame pointer, the return address; then the caller's frame.
        let words = [1, 2, BASE + 40, 500, 9, 0, 600];
        let at = Registers {
            address: 4,
            stack: BASE,
            frame: 12345,
        };
        let rule = Rule {
            from_frame: false,
            end: 32,
            saved: Some(16),
        };
        let found = found(at, &words, |address| (address == 4).then_some(rule));
        assert_eq!(found, [500, 600]);
    }

    #[test]
    fn memory_is_read_up_to_its_end() {
        let page = rustix::param::page_size();
        // SAFETY: three pages that are new, of which the first two can then be written.
        let words = unsafe {
            let start = libc::mmap(
                std::ptr::null_mut(),
                3 * page,
                libc::PROT_NONE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            );
            assert_ne!(start, libc::MAP_FAILED);
            let writable = libc::PROT_READ | libc::PROT_WRITE;
            assert_eq!(libc::mprotect(start, 2 * page, writable), 0);
            std::slice::from_raw_parts_mut(start.cast::<u64>(), 2 * page / 8)
        };
        for (number, word) in words.iter_mut().enumerate() {
            *word = number as u64;
        }
        let start = words.as_ptr() as u64;
        for (place, length) in [
            (0, 64),
            // On both sides of a boundary behind which there is more.
            (page / 8 - 10, 64),
            // And of one behind which there is nothing.
            (words.len() - 10, 10),
            (words.len(), 0),
        ] {
            let mut read = [0; 64];
            assert_eq!(read_own(start + 8 * place as u64, &mut read), length);
            assert_eq!(read[..length], words[place..place + length]);
        }
        // SAFETY: nothing refers to the three pages any more.
        assert_eq!(
            unsafe { libc::munmap(words.as_mut_ptr().cast(), 3 * page) },
            0
        );
    }

    #[test]
    fn a_stack_is_read_without_the_kernel_where_it_is_the_threads_alone() {
        let stack = bounds_of_stack();
        let words: [u64; 64] = std::array::from_fn(|number| number as u64);
        let mut read = [0; 64];
        let own = read_stack(here().stack, stack);
        assert_eq!(own(words.as_ptr() as u64, &mut read), 64);
        assert_eq!(read, words);
        // Nothing is mapped in the second page of all memory, and reading it without the kernel would end the test.
        let other = read_stack(4096, stack);
        assert_eq!(other(4096, &mut read), 0);
    }
}
