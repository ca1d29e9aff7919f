//! Stacks, unwound by frame pointers.
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

/// Reads words at an address into a buffer and says how many could be read.
pub(crate) type Reader = fn(u64, &mut [u64]) -> usize;

/// Follows frame pointers outwards, beginning with the frame at `frame`, whose stack has its top at `bottom`. Gives each
/// return address to `push`, until that is `false`.
///
/// A frame is two words: the frame pointer of the caller, and the return address (System V ABI for x86-64, 3.2.2).
pub(crate) fn walk(bottom: u64, mut frame: u64, read: Reader, mut push: impl FnMut(u64) -> bool) {
    let mut window = [0_u64; WINDOW];
    let (mut start, mut length) = (0_u64, 0_usize);
    let mut below = bottom;
    loop {
        let is_near = frame >= below && frame - below <= LARGEST_FRAME;
        if !is_near || !frame.is_multiple_of(8) {
            return;
        }
        let mut place = (frame.wrapping_sub(start) / 8) as usize;
        if frame < start || place + 1 >= length {
            length = read(frame, &mut window);
            start = frame;
            place = 0;
        }
        let (Some(caller), Some(address)) = (window.get(place), window.get(place + 1)) else {
            return;
        };
        if place + 1 >= length || *address == 0 || !push(*address) {
            return;
        }
        below = frame + 8;
        frame = *caller;
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

fn process_id() -> libc::pid_t {
    // SAFETY: it only asks.
    unsafe { libc::getpid() }
}

/// The frame pointer and the stack pointer of the function that this is inlined into.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(crate) fn here() -> (u64, u64) {
    let (frame, stack): (u64, u64);
    // SAFETY: two registers are read.
    unsafe {
        std::arch::asm!("mov {}, rbp", "mov {}, rsp", out(reg) frame, out(reg) stack, options(nomem, nostack, preserves_flags));
    }
    (frame, stack)
}

/// Where it is not known which register the frame pointer is in, no stack is found.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn here() -> (u64, u64) {
    (0, 0)
}
