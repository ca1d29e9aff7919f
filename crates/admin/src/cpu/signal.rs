//! The signal that samples: its handler, and the timers that send it.
//!
//! Each thread has a timer on its own processor-time clock (`timer_create(2)`), so that each is sampled in proportion to what
//! it uses. The kernel looks at such clocks at its ticks, 100 to 1000 a second: what expires in between is told as an
//! overrun, by which a sample is weighted.
#![allow(unsafe_code, reason = "signals and timers are the system's")]

use std::ffi::c_void;
use std::io;
use std::mem::{self, MaybeUninit};
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::cpu::ring::Ring;
use crate::cpu::rules::Rules;
use crate::stack::{self, Registers};

/// Samples of one core that find room between two readings of the ring: at 1000 Hz they fill it in 128 ms.
const SLOTS_PER_CORE: usize = 128;

/// The most slots there are: 4 MB.
const MOST_SLOTS: usize = 4096;

/// It is made with the first profile and stays, since a handler may be on its way at any time.
static RING: OnceLock<Ring> = OnceLock::new();

/// The frames of the libraries, which are read with the first profile.
static RULES: OnceLock<Rules> = OnceLock::new();

/// Whether samples are wanted. A signal that comes late is ignored.
static IS_SAMPLING: AtomicBool = AtomicBool::new(false);

/// What `siginfo_t` holds for a timer's signal, by the kernel's `asm-generic/siginfo.h` for 64 bits.
#[repr(C)]
struct TimerInfo {
    number: i32,
    error: i32,
    code: i32,
    padding: i32,
    timer: i32,
    overrun: i32,
    value: u64,
}

/// The code of a signal that a timer sent.
const SI_TIMER: i32 = -2;

/// The ring, which is made if there is none.
pub(crate) fn ring() -> &'static Ring {
    RING.get_or_init(|| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        Ring::new((cores * SLOTS_PER_CORE).min(MOST_SLOTS))
    })
}

/// Lets the handler take samples, or ignore signals.
pub(crate) fn sample(wanted: bool) {
    IS_SAMPLING.store(wanted, Ordering::Release);
}

/// Installs the handler unless it is there; only who has the turn to take a profile does. It stays: with the default one, a
/// late signal would end the process.
///
/// # Errors
///
/// If the program has a handler of its own for this signal, or the system refuses something that the handler needs.
pub(crate) fn install() -> io::Result<()> {
    // The handler finds both made.
    ring();
    if RULES.get().is_none() {
        let rules = Rules::of_libraries()?;
        RULES.get_or_init(|| rules);
    }
    check_reading()?;
    let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut c_void) = handle;
    let handler = handler as *const () as usize;
    // A part of the program may have changed it since the last profile.
    let mut before = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: a zeroed `sigaction` is a valid one, and both are this function's.
    let before = unsafe {
        if libc::sigaction(libc::SIGPROF, ptr::null(), before.as_mut_ptr()) != 0 {
            return Err(io::Error::last_os_error());
        }
        before.assume_init()
    };
    if before.sa_sigaction == handler {
        return Ok(());
    }
    if before.sa_sigaction != libc::SIG_DFL && before.sa_sigaction != libc::SIG_IGN {
        return Err(io::Error::other(
            "the program has its own handler for SIGPROF",
        ));
    }
    // SAFETY: the handler is of the kind that the flags say, and is async-signal-safe: it allocates nothing, takes no lock,
    // and leaves `errno` as it was. It uses a thread's alternate stack, as stacks that are switched by hand need.
    let result = unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = handler;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_RESTART | libc::SA_ONSTACK;
        libc::sigemptyset(&raw mut action.sa_mask);
        libc::sigaction(libc::SIGPROF, &raw const action, ptr::null_mut())
    };
    if result != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

/// Has the kernel read a word of this process's memory. Where a filter of system calls refuses that, no stack would be deeper
/// than its first frame.
fn check_reading() -> io::Result<()> {
    let word = 0x5eed_u64;
    let mut read = [0];
    let length = stack::read_own(ptr::from_ref(&word).addr() as u64, &mut read);
    if length == 1 && read == [word] {
        return Ok(());
    }
    Err(io::Error::other(
        "process_vm_readv(2), by which stacks are read, is refused",
    ))
}

/// Notes where the thread is.
extern "C" fn handle(_signal: i32, info: *mut libc::siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel gives both, and for a timer's signal the former has this form.
    let (info, context) = unsafe {
        (
            &*info.cast::<TimerInfo>(),
            &*context.cast::<libc::ucontext_t>(),
        )
    };
    if info.code != SI_TIMER || !IS_SAMPLING.load(Ordering::Acquire) {
        return;
    }
    let Some(ring) = RING.get() else {
        return;
    };
    let rules = RULES.get();
    let weight = 1 + u64::from(info.overrun.max(0).unsigned_abs());
    let Some(mut sample) = ring.take(info.value as u32, weight) else {
        return;
    };
    let at = registers(context);
    if sample.push(at.address) {
        let rule = |address| rules.and_then(|rules| rules.find(address));
        // A return address is behind its call.
        stack::walk(at, stack::read_own, rule, |address| {
            sample.push(address - 1)
        });
    }
}

#[cfg(target_arch = "x86_64")]
fn registers(context: &libc::ucontext_t) -> Registers {
    let register = |number: i32| context.uc_mcontext.gregs[number as usize] as u64;
    Registers {
        address: register(libc::REG_RIP),
        stack: register(libc::REG_RSP),
        frame: register(libc::REG_RBP),
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn registers(_context: &libc::ucontext_t) -> Registers {
    Registers {
        address: 0,
        stack: 0,
        frame: 0,
    }
}

/// A timer on one thread's processor time; it ends with this value.
pub(crate) struct Timer {
    id: libc::timer_t,
}

// SAFETY: a timer's id may be used by any thread of its process.
unsafe impl Send for Timer {}

impl Timer {
    /// Has a thread of this process, by its id, interrupted whenever it has run for so long.
    ///
    /// # Errors
    ///
    /// If there is no such thread any more, or no timer can be had.
    pub(crate) fn start(thread: u32, period: Duration) -> io::Result<Self> {
        // As the kernel numbers clocks: the thread's id inverted, then 4 for a thread and 2 for the time that it was
        // scheduled (`include/linux/posix-timers_types.h`).
        let clock = (!(thread as i32) << 3) | 6;
        let interval = libc::timespec {
            tv_sec: period.as_secs() as libc::time_t,
            tv_nsec: libc::c_long::from(period.subsec_nanos()),
        };
        let times = libc::itimerspec {
            it_interval: interval,
            it_value: interval,
        };
        // SAFETY: a zeroed `sigevent` is a valid one; all pointers are to this function's values.
        unsafe {
            let mut event: libc::sigevent = mem::zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_signo = libc::SIGPROF;
            event.sigev_notify_thread_id = thread as i32;
            event.sigev_value = libc::sigval {
                sival_ptr: ptr::without_provenance_mut(thread as usize),
            };
            let mut id: libc::timer_t = ptr::null_mut();
            if libc::timer_create(clock, &raw mut event, &raw mut id) != 0 {
                return Err(io::Error::last_os_error());
            }
            let made = Self { id };
            if libc::timer_settime(id, 0, &raw const times, ptr::null_mut()) != 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(made)
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // SAFETY: the id is the one that was given, and is not used again.
        unsafe {
            libc::timer_delete(self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{mem, ptr};

    use super::install;

    extern "C" fn other(_signal: i32) {}

    /// Installs a handler and gives the one before.
    fn replace(handler: usize) -> usize {
        // SAFETY: a zeroed action is a valid one, and the handlers here are functions of the kind that its flags say.
        unsafe {
            let mut action: libc::sigaction = mem::zeroed();
            let mut before: libc::sigaction = mem::zeroed();
            action.sa_sigaction = handler;
            let done = libc::sigaction(libc::SIGPROF, ptr::null(), &raw mut before);
            assert_eq!(done, 0);
            let done = libc::sigaction(libc::SIGPROF, &raw const action, ptr::null_mut());
            assert_eq!(done, 0);
            before.sa_sigaction
        }
    }

    #[test]
    fn what_the_program_does_with_the_signal_is_asked_each_time() {
        install().unwrap();
        install().unwrap();
        let ours = replace(libc::SIG_DFL);
        assert_ne!(ours, libc::SIG_DFL);
        install().unwrap();
        assert_eq!(replace(libc::SIG_IGN), ours);
        install().unwrap();
        let handler: extern "C" fn(i32) = other;
        let foreign = handler as *const () as usize;
        assert_eq!(replace(foreign), ours);
        let error = install().unwrap_err();
        assert!(error.to_string().contains("its own handler"), "{error}");
        assert_eq!(replace(libc::SIG_IGN), foreign);
    }
}
