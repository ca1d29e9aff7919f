//! What a tool recorded of one benchmark in one process.

use crate::record::{Benchmark, Measurement};

/// The tool that made a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Tool {
    /// criterion. Its samples are all of one process: they vary less than processes do, so a test
    /// on them finds changes that are not there.
    Criterion,
    /// iai-callgrind or gungraun.
    IaiCallgrind,
    /// dhat, or valgrind's DHAT.
    Dhat,
}

/// What a tool recorded of one benchmark in one process.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording {
    /// The tool.
    pub tool: Tool,
    /// The benchmark's name, without the word `Benchmark`. White space and control characters in
    /// what the tool calls it are percent-encoded.
    ///
    /// It can be replaced, for example by what [`command`](Self::command) tells.
    pub name: String,
    /// The command line of the measured process, if the tool records it.
    pub command: Option<String>,
    pub(super) content: Content,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    /// Times, at least one.
    Samples(Vec<Sample>),
    /// Totals of one run, at least one.
    Counts(Vec<Measurement>),
}

/// One of criterion's samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// How often the benchmark ran, at least once.
    pub iterations: i64,
    /// How long that took in all, in nanoseconds.
    pub nanoseconds: f64,
}

impl Sample {
    /// Seconds for one iteration.
    pub fn seconds(self) -> f64 {
        self.nanoseconds / self.iterations as f64 / 1e9
    }
}

impl Recording {
    /// The recording as one result: what one process adds to a sample of processes.
    ///
    /// For times this is the median over the process's samples, with the iterations of all of
    /// them. A few samples of a process are far too long, because the system did something else
    /// meanwhile. They pull the mean, and criterion's slope even more where they come late; the
    /// median stays until they are half. It is also the statistic that processes are then
    /// summarised by.
    pub fn summary(&self) -> Benchmark {
        match &self.content {
            Content::Counts(counts) => self.result(1, counts.clone()),
            Content::Samples(samples) => {
                let iterations = samples.iter().map(|sample| sample.iterations).sum();
                let times = samples.iter().map(|sample| sample.seconds()).collect();
                self.result(iterations, time(median(times)))
            }
        }
    }

    /// The recording as a result for each sample, in the order in which they were taken. A tool
    /// that counts has one.
    pub fn samples(&self) -> impl Iterator<Item = Benchmark> + '_ {
        let (counts, samples) = match &self.content {
            Content::Counts(_) => (Some(self.summary()), [].as_slice()),
            Content::Samples(samples) => (None, samples.as_slice()),
        };
        let of_sample = |sample: &Sample| self.result(sample.iterations, time(sample.seconds()));
        counts.into_iter().chain(samples.iter().map(of_sample))
    }

    fn result(&self, iterations: i64, measurements: Vec<Measurement>) -> Benchmark {
        Benchmark {
            name: self.name.clone(),
            iterations,
            measurements,
            ..Benchmark::default()
        }
    }
}

fn time(seconds: f64) -> Vec<Measurement> {
    vec![Measurement {
        value: seconds,
        unit: "sec/op".into(),
    }]
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        _ if values.is_empty() => 0.0,
        0 => values[middle - 1].midpoint(values[middle]),
        _ => values[middle],
    }
}
