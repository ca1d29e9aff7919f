//! Samples on their way from signal handlers to the admin port's thread.

use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

use crate::stack::DEPTH;

/// A bounded queue that many signal handlers write and one thread reads: D. Vyukov's, whose slots are numbered, with one
/// reader. A writer never waits: it takes a slot with one exchange, or counts its sample as lost when all are taken.
///
/// A writer that is interrupted holds up the reader at its slot, and no other writer until those come round to that slot:
/// then all samples are lost, and counted, until it goes on. All of a slot is atomic, so that nothing here is unsafe.
pub(crate) struct Ring {
    slots: Box<[Slot]>,
    tail: AtomicUsize,
    head: AtomicUsize,
    lost: AtomicU64,
}

struct Slot {
    /// Its turn: the number of the sample that it waits for, or one more when it holds that.
    turn: AtomicUsize,
    length: AtomicUsize,
    weight: AtomicU64,
    thread: AtomicU32,
    addresses: [AtomicU64; DEPTH],
}

/// A slot that a writer has taken; dropping it hands it to the reader.
pub(crate) struct Taken<'a> {
    slot: &'a Slot,
    number: usize,
    length: usize,
}

/// One sample, as it is read.
#[derive(Debug, Default)]
pub(crate) struct Sample {
    pub(crate) thread: u32,
    /// How many periods it stands for.
    pub(crate) weight: u64,
    /// The innermost first.
    pub(crate) addresses: Vec<u64>,
}

impl Ring {
    /// A ring for a power of two of samples.
    pub(crate) fn new(slots: usize) -> Self {
        let slots = slots.next_power_of_two();
        Self {
            slots: (0..slots)
                .map(|turn| Slot {
                    turn: AtomicUsize::new(turn),
                    length: AtomicUsize::new(0),
                    weight: AtomicU64::new(0),
                    thread: AtomicU32::new(0),
                    addresses: [const { AtomicU64::new(0) }; DEPTH],
                })
                .collect(),
            tail: AtomicUsize::new(0),
            head: AtomicUsize::new(0),
            lost: AtomicU64::new(0),
        }
    }

    fn slot(&self, number: usize) -> &Slot {
        &self.slots[number & (self.slots.len() - 1)]
    }

    /// Takes a slot for a sample; `None`, and counted as lost, if all are taken.
    pub(crate) fn take(&self, thread: u32, weight: u64) -> Option<Taken<'_>> {
        let mut number = self.tail.load(Ordering::Relaxed);
        loop {
            let slot = self.slot(number);
            let turn = slot.turn.load(Ordering::Acquire);
            if turn == number {
                let next = number.wrapping_add(1);
                let taken = self.tail.compare_exchange_weak(
                    number,
                    next,
                    Ordering::Relaxed,
                    Ordering::Relaxed,
                );
                match taken {
                    Ok(_) => {
                        slot.thread.store(thread, Ordering::Relaxed);
                        slot.weight.store(weight, Ordering::Relaxed);
                        return Some(Taken {
                            slot,
                            number,
                            length: 0,
                        });
                    }
                    Err(now) => number = now,
                }
            } else if (turn.wrapping_sub(number) as isize) < 0 {
                self.lost.fetch_add(weight, Ordering::Relaxed);
                return None;
            } else {
                number = self.tail.load(Ordering::Relaxed);
            }
        }
    }

    /// The next sample into `sample`, if there is one. For one reader at a time: a second could be given parts of another
    /// sample.
    pub(crate) fn read(&self, sample: &mut Sample) -> bool {
        let number = self.head.load(Ordering::Relaxed);
        let slot = self.slot(number);
        let next = number.wrapping_add(1);
        if slot.turn.load(Ordering::Acquire) != next {
            return false;
        }
        sample.thread = slot.thread.load(Ordering::Relaxed);
        sample.weight = slot.weight.load(Ordering::Relaxed);
        let length = slot.length.load(Ordering::Relaxed);
        let addresses = slot.addresses.iter().take(length);
        sample.addresses.clear();
        sample
            .addresses
            .extend(addresses.map(|address| address.load(Ordering::Relaxed)));
        self.head.store(next, Ordering::Relaxed);
        let turn = number.wrapping_add(self.slots.len());
        slot.turn.store(turn, Ordering::Release);
        true
    }

    /// How many periods were lost since this was last asked.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.swap(0, Ordering::Relaxed)
    }
}

impl Taken<'_> {
    /// Adds an address; `false` when there is no room for more.
    pub(crate) fn push(&mut self, address: u64) -> bool {
        let Some(place) = self.slot.addresses.get(self.length) else {
            return false;
        };
        place.store(address, Ordering::Relaxed);
        self.length += 1;
        self.length < DEPTH
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.slot.length.store(self.length, Ordering::Relaxed);
        let turn = self.number.wrapping_add(1);
        self.slot.turn.store(turn, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;

    use proptest::prelude::*;

    use super::{Ring, Sample};
    use crate::stack::DEPTH;

    proptest! {
        #[test]
        fn it_is_a_bounded_queue(steps in prop::collection::vec((any::<bool>(), 0_u32..300), 0..200)) {
            let ring = Ring::new(8);
            let mut queue = VecDeque::new();
            let mut lost = 0;
            let mut sample = Sample::default();
            for (writes, number) in steps {
                if writes {
                    if let Some(mut taken) = ring.take(number, u64::from(number)) {
                        for address in 0..u64::from(number) {
                            taken.push(address);
                        }
                        queue.push_back(number);
                    } else {
                        prop_assert_eq!(queue.len(), 8);
                        lost += u64::from(number);
                    }
                } else if let Some(number) = queue.pop_front() {
                    prop_assert!(ring.read(&mut sample));
                    prop_assert_eq!((sample.thread, sample.weight), (number, u64::from(number)));
                    let length = DEPTH.min(number as usize) as u64;
                    prop_assert_eq!(&sample.addresses, &(0..length).collect::<Vec<_>>());
                } else {
                    prop_assert!(!ring.read(&mut sample));
                }
            }
            prop_assert_eq!(ring.lost(), lost);
        }
    }

    #[test]
    fn writers_at_once_lose_only_what_is_counted() {
        const WRITERS: u32 = 4;
        const EACH: u64 = 20_000;
        let ring = &Ring::new(64);
        let done = &AtomicBool::new(false);
        let read = thread::scope(|scope| {
            let reader = scope.spawn(move || {
                let mut sample = Sample::default();
                let mut last = [0; WRITERS as usize];
                let mut read = 0;
                loop {
                    let was_done = done.load(Ordering::Acquire);
                    while ring.read(&mut sample) {
                        // A whole sample of one writer, and none before the one before.
                        let number = sample.addresses[0];
                        assert_eq!(sample.addresses, vec![number; (1 + number % 100) as usize]);
                        let last = &mut last[sample.thread as usize];
                        assert!(*last < number);
                        *last = number;
                        read += 1;
                    }
                    if was_done {
                        return read;
                    }
                    thread::yield_now();
                }
            });
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    scope.spawn(move || {
                        for number in 1..=EACH {
                            if let Some(mut taken) = ring.take(writer, 1) {
                                for _ in 0..=number % 100 {
                                    taken.push(number);
                                }
                            }
                        }
                    })
                })
                .collect();
            for writer in writers {
                writer.join().unwrap();
            }
            done.store(true, Ordering::Release);
            reader.join().unwrap()
        });
        assert_eq!(read + ring.lost(), u64::from(WRITERS) * EACH);
    }
}
