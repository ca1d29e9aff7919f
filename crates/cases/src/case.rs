//! What a case is.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Operations before anything is measured: buffers reach their size, pools fill, arenas settle on one chunk.
const WARM_UP: u64 = 16;

/// A kind of measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Wall time, by criterion.
    Time,
    /// CPU time of a thread, in pairs of processes.
    Paired,
    /// Allocations, by dhat.
    Allocations,
    /// Instructions, by callgrind.
    Instructions,
}

/// One operation with one input.
pub struct Case {
    name: String,
    gate: bool,
    exact: bool,
    prepare: Box<Prepare>,
}

/// Builds the inputs, calls the function it is given, builds what is measured, and checks it.
type Prepare = dyn Fn(&mut dyn FnMut()) -> Operation + Send + Sync;

impl Case {
    /// A case that is measured in every way. `prepare` builds the inputs, calls the function it is given, builds what is
    /// measured, and panics if that does not do what it should.
    pub(crate) fn new(
        name: String,
        prepare: impl Fn(&mut dyn FnMut()) -> Operation + Send + Sync + 'static,
    ) -> Self {
        Self {
            name,
            gate: false,
            exact: true,
            prepare: Box::new(prepare),
        }
    }

    /// Puts the case into the gate set: the bounded list that decides about a change.
    pub(crate) fn gating(mut self) -> Self {
        self.gate = true;
        self
    }

    /// Leaves out what is measured of one thread: for an operation of several, whose turns no counter repeats and whose time
    /// is not that of the thread that waits for them.
    pub(crate) fn timed_only(mut self) -> Self {
        self.exact = false;
        self
    }

    /// The name: a benchmark name of the Go format, without `Benchmark`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the case is in the gate set.
    pub fn is_gating(&self) -> bool {
        self.gate
    }

    /// Whether the case is measured this way.
    pub fn is_measured_in(&self, kind: Kind) -> bool {
        self.exact || kind == Kind::Time
    }

    /// Builds what the operation needs, checks that it does what it should, and warms it up.
    ///
    /// # Panics
    ///
    /// When it does not: a benchmark is a test.
    pub fn prepare(&self) -> Operation {
        self.prepare_watched(&mut || ())
    }

    /// As [`prepare`](Self::prepare); `inputs_stand` is called when the inputs are there and nothing of what is measured
    /// is: all that is allocated from then on, but for [`Operation::bytes`], is held by what is measured.
    ///
    /// # Panics
    ///
    /// As [`prepare`](Self::prepare).
    pub fn prepare_watched(&self, inputs_stand: &mut dyn FnMut()) -> Operation {
        let mut operation = self.check_watched(inputs_stand);
        operation.run(WARM_UP);
        operation
    }

    /// As [`prepare_watched`](Self::prepare_watched), without the warm-up: the operation has been done once, to check it.
    ///
    /// # Panics
    ///
    /// As [`prepare`](Self::prepare).
    pub fn check_watched(&self, inputs_stand: &mut dyn FnMut()) -> Operation {
        (self.prepare)(inputs_stand)
    }
}

impl fmt::Debug for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Case")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// A digest of an answer.
pub(crate) fn digest(answer: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    answer.hash(&mut hasher);
    hasher.finish()
}

/// The operation of a case, ready to be measured.
pub struct Operation {
    repeat: Box<dyn FnMut(u64)>,
    answer: u64,
}

impl Operation {
    /// An operation from a function that does it as many times as it is told. The loop is in the function, so that
    /// nothing but the loop's own step stands between one time and the next.
    pub(crate) fn new(repeat: impl FnMut(u64) + 'static) -> Self {
        Self {
            repeat: Box::new(repeat),
            answer: 0,
        }
    }

    /// Gives it the [`digest`] of what it answered when it was checked.
    pub(crate) fn answering(mut self, digest: u64) -> Self {
        self.answer = digest;
        self
    }

    /// A digest of what the operation answered when it was checked; 0 if it answers nothing. Two builds whose digests differ
    /// do not do the same. It holds within a version of the standard library, which does the hashing.
    pub fn answer(&self) -> u64 {
        self.answer
    }

    /// The size of the operation itself, in bytes: a harness holds them, not what is measured.
    pub fn bytes(&self) -> usize {
        size_of_val(&*self.repeat)
    }

    /// Does the operation `times` times.
    #[inline]
    pub fn run(&mut self, times: u64) {
        (self.repeat)(times);
    }
}

impl fmt::Debug for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Operation")
    }
}
