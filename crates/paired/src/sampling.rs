//! Two commits, sampled as the procedure asks: builds, links, pairs.

use std::collections::HashMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use benchfmt::Better;
use benchstat::paired::{Layouts, Limits};
use benchstat::{Gates, Renamed, Selection};
use thiserror::Error;

use crate::calibration::plant;
use crate::digest::Digest;
use crate::layout::Linked;
use crate::pair::{PairError, cases, measure_pair};
use crate::procedure::{Plan, Procedure, Round, Stage};
use crate::results::CPU_TIME;
use crate::revision::{Commit, RevisionError, Revisions};
use crate::row::{PairRow, Place};
use crate::served::TargetError;
use crate::settings::Settings;
use crate::side::{Side, Sides};

/// What is sampled, and how.
#[derive(Debug)]
pub struct Sampling<'a> {
    /// Where both are built.
    pub revisions: &'a Revisions,
    /// The two commits.
    pub commits: Sides<Commit>,
    /// The package with the bench target.
    pub package: &'a str,
    /// The bench target: one that serves its cases ([`Target`](crate::Target)).
    pub target: &'a str,
    /// What else decides what is built, as for [`Revisions::executables`].
    pub toolchain: &'a str,
    /// Cases that may have another name in the base.
    pub renamed: &'a [Renamed],
    /// How much is measured.
    pub plan: Plan,
    /// How pairs are measured.
    pub settings: Settings,
    /// Whether this is to say how often the tool is wrong: some cases get extra work ([`plant`]), and builds of the same
    /// bytes are measured as others are.
    pub calibrates: bool,
}

/// What was sampled.
#[derive(Clone, Debug, PartialEq)]
pub struct Sampled {
    /// The pairs, in the order in which they were measured.
    pub rows: Vec<PairRow>,
    /// The digest of both builds, before their layouts were drawn, if they are the same bytes: then there is nothing to
    /// find, and each case has one pair.
    pub same_code: Option<Digest>,
    /// Whether layouts were drawn, or the linker cannot.
    pub layouts: Layouts,
    /// How long each stage took, in this order.
    pub spent: [(Stage, Duration); 2],
}

/// What is done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Waiting for another process that measures here.
    Waiting,
    /// Building a side, and linking so many layouts of it.
    Linking(Side, usize),
    /// Measuring so many pairs of the cases of a round.
    Measuring(Stage, usize),
    /// A pair is measured.
    Measured,
}

/// Why there is no sample.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SamplingError {
    /// A side could not be built.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// An executable could not be read.
    #[error("{}: {error}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
    /// A target does not say which cases it has.
    #[error("the cases of the {side}: {error}")]
    List {
        /// Whose.
        side: Side,
        /// Why.
        error: TargetError,
    },
    /// A pair was not measured.
    #[error("case {case}: {error}")]
    Pair {
        /// The case.
        case: String,
        /// Why.
        error: Box<PairError>,
    },
}

/// The limits of a case by the rules, for [`Sampling::run`]; none for one that does not gate in processor time or is not
/// selected.
pub fn limits(gates: &Gates, selection: &Selection, case: &str) -> Option<Limits> {
    let rule = gates.paired_rule(case, CPU_TIME);
    let wanted = rule.gates && selection.selects(case, CPU_TIME);
    wanted.then_some(Limits {
        allow: rule.allow,
        delta: rule.delta,
        better: Some(Better::Lower),
    })
}

impl Sampling<'_> {
    /// Samples the cases that both sides have and for which there are limits, by the head's names; `progress` is told of each
    /// step.
    ///
    /// # Errors
    ///
    /// If a side cannot be built or has no such target, or a pair cannot be measured.
    pub fn run(
        &self,
        limits: impl Fn(&str) -> Option<Limits>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Sampled, SamplingError> {
        let _alone = self.revisions.alone(|| progress(Progress::Waiting))?;
        let (plain, mut names) = self.open(progress)?;
        names.retain(|names| limits(&names.head).is_some());
        let mut run = Run {
            sampling: self,
            programs: HashMap::new(),
            plain,
            names,
            number: fastrand::u64(..),
            random: fastrand::Rng::new(),
            sampled: Sampled {
                rows: Vec::new(),
                same_code: None,
                layouts: Layouts::Shuffled,
                spent: [Stage::Screen, Stage::Confirm].map(|stage| (stage, Duration::ZERO)),
            },
            extra: HashMap::new(),
        };
        let result = run.sample(&limits, progress);
        for side in [Side::Base, Side::Head] {
            // Seeds are drawn anew for each run; what cannot be removed now is removed by the next.
            let _ = self
                .revisions
                .remove_layouts(self.commits.get(side), self.toolchain);
        }
        result?;
        Ok(run.sampled)
    }

    /// The cases that both sides have, by their names on each, in the head's order.
    ///
    /// # Errors
    ///
    /// As for [`run`](Self::run).
    pub fn cases(
        &self,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Sides<String>>, SamplingError> {
        self.open(progress).map(|(_, names)| names)
    }

    /// The executables in the linker's own order, and the cases that both have.
    fn open(
        &self,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Sides<PathBuf>, Vec<Sides<String>>), SamplingError> {
        let plain = self.link(&[0], progress)?;
        let plain = Sides::of(|side| plain.get(side)[0].clone());
        let mut listed = Sides::of(|side| {
            cases(plain.get(side), &self.settings)
                .map_err(|error| SamplingError::List { side, error })
        });
        let of_base = std::mem::replace(&mut listed.base, Ok(Vec::new()))?;
        let of_head = listed.head?;
        let both = of_head.iter().filter_map(|name| {
            Some(Sides {
                base: self.base_name(name, &of_base, &of_head)?.to_owned(),
                head: name.clone(),
            })
        });
        let names = both.collect();
        Ok((plain, names))
    }

    /// The name in the base of a case of the head, if the base has it: the same or, as for verdicts, the one it was renamed
    /// from, unless the head has that one still.
    fn base_name<'n>(
        &'n self,
        name: &'n str,
        of_base: &[String],
        of_head: &[String],
    ) -> Option<&'n str> {
        let among = |names: &[String], name: &str| names.iter().any(|own| own == name);
        if among(of_base, name) {
            return Some(name);
        }
        let renamed = self.renamed.iter().find(|renamed| renamed.to == name)?;
        let old = renamed.from.as_str();
        (among(of_base, old) && !among(of_head, old)).then_some(old)
    }

    /// The executables of both sides with these seeds.
    fn link(
        &self,
        seeds: &[u64],
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Sides<Vec<PathBuf>>, SamplingError> {
        let seeds = Sides {
            base: seeds,
            head: seeds,
        };
        self.link_sides(seeds, progress)
    }

    fn link_sides(
        &self,
        seeds: Sides<&[u64]>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Sides<Vec<PathBuf>>, SamplingError> {
        let mut linked = Sides::<Vec<PathBuf>>::default();
        for side in [Side::Base, Side::Head] {
            progress(Progress::Linking(side, seeds.get(side).len()));
            let what = Linked {
                side,
                commit: self.commits.get(side),
                package: self.package,
                target: self.target,
                toolchain: self.toolchain,
            };
            *linked.get_mut(side) = self.revisions.layouts(what, seeds.get(side))?;
        }
        Ok(linked)
    }
}

/// A layout comparison's executables and their seeds.
#[derive(Clone, Debug)]
struct Programs {
    paths: Sides<PathBuf>,
    seeds: Sides<u64>,
}

struct Run<'s> {
    sampling: &'s Sampling<'s>,
    /// By stage and number: what was linked.
    programs: HashMap<(Stage, u32), Programs>,
    /// The executables in the linker's own order.
    plain: Sides<PathBuf>,
    names: Vec<Sides<String>>,
    number: u64,
    random: fastrand::Rng,
    sampled: Sampled,
    /// The extra work of cases that get some.
    extra: HashMap<String, f64>,
}

impl Run<'_> {
    fn sample(
        &mut self,
        limits: &impl Fn(&str) -> Option<Limits>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), SamplingError> {
        let read = |path: &Path| {
            fs::read(path).map_err(|error| SamplingError::Read {
                path: path.to_owned(),
                error,
            })
        };
        let cases: Vec<usize> = (0..self.names.len()).collect();
        let code = read(&self.plain.base)?;
        if self.sampling.calibrates {
            self.plant(progress)?;
        } else if code == read(&self.plain.head)? {
            let mut hasher = DefaultHasher::new();
            code.hash(&mut hasher);
            self.sampled.same_code = Some(Digest::new(hasher.finish()));
            let round = Round {
                stage: Stage::Screen,
                layout: 1,
                first_pair: 1,
                pairs: 1,
                cases,
            };
            self.measure(&round, &self.unshuffled(), progress)?;
            return Ok(());
        }
        self.sampled.layouts = match self.draw(Stage::Screen, 1, progress) {
            Ok(()) => Layouts::Shuffled,
            Err(SamplingError::Revision(error)) if error.cannot_shuffle() => Layouts::One,
            Err(error) => return Err(error),
        };
        let limits = self
            .names
            .iter()
            .filter_map(|names| limits(&names.head))
            .collect();
        let plan = self.sampling.plan.clone();
        let mut procedure = Procedure::new(plan, limits, self.sampled.layouts);
        // Builds are not what the budget is for.
        let started = Instant::now();
        while let Some(round) = procedure.next(started.elapsed()) {
            let begun = Instant::now();
            let programs = self.programs_of(&round, progress)?;
            let results = self.measure(&round, &programs, progress)?;
            procedure.take(&round, &results);
            for (stage, spent) in &mut self.sampled.spent {
                if *stage == round.stage {
                    *spent += begun.elapsed();
                }
            }
            if self.sampled.layouts == Layouts::Shuffled {
                // Hundreds of them take gigabytes. What cannot be removed now goes with the others.
                let _ = fs::remove_file(&programs.paths.base);
                let _ = fs::remove_file(&programs.paths.head);
            }
        }
        Ok(())
    }

    /// Chooses the cases that get extra work.
    fn plant(&mut self, progress: &mut dyn FnMut(Progress)) -> Result<(), SamplingError> {
        let round = Round {
            stage: Stage::Screen,
            layout: 1,
            first_pair: 1,
            pairs: 1,
            cases: (0..self.names.len()).collect(),
        };
        self.measure(&round, &self.unshuffled(), progress)?;
        let quads = self.sampling.settings.quads as u64;
        let rows = self.sampled.rows.drain(..);
        let of_block: Vec<(String, u64)> = rows
            .map(|row| (row.names.head, row.measurement.iterations / (2 * quads)))
            .collect();
        self.extra = plant(&of_block, &mut self.random);
        Ok(())
    }

    fn unshuffled(&self) -> Programs {
        Programs {
            paths: self.plain.clone(),
            seeds: Sides::default(),
        }
    }

    fn programs_of(
        &mut self,
        round: &Round,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Programs, SamplingError> {
        if self.sampled.layouts == Layouts::One {
            return Ok(self.unshuffled());
        }
        let place = (round.stage, round.layout);
        if !self.programs.contains_key(&place) {
            self.draw(round.stage, round.layout, progress)?;
        }
        Ok(self
            .programs
            .get(&place)
            .cloned()
            .unwrap_or_else(|| self.unshuffled()))
    }

    /// Draws the layouts of a stage up to its next look, independently on the two sides.
    fn draw(
        &mut self,
        stage: Stage,
        layout: u32,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), SamplingError> {
        let layouts = self.sampling.plan.until_look(stage, layout);
        let count = layouts.clone().count();
        let mut seeds = |_| -> Vec<u64> {
            // The linker takes 32 bits, and 0 stands for no shuffling.
            (0..count)
                .map(|_| u64::from(self.random.u32(1..)))
                .collect()
        };
        let seeds = Sides::of(&mut seeds);
        let slices = Sides {
            base: &seeds.base[..],
            head: &seeds.head[..],
        };
        let paths = self.sampling.link_sides(slices, progress)?;
        for (at, layout) in layouts.enumerate() {
            let programs = Programs {
                paths: Sides::of(|side| paths.get(side)[at].clone()),
                seeds: Sides::of(|side| seeds.get(side)[at]),
            };
            self.programs.insert((stage, layout), programs);
        }
        Ok(())
    }

    /// Measures the pairs of a round: the logarithms of the ratios by case, nothing for one whose answers differ.
    fn measure(
        &mut self,
        round: &Round,
        programs: &Programs,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Vec<Option<Vec<f64>>>, SamplingError> {
        let pairs = round.pairs as usize * round.cases.len();
        progress(Progress::Measuring(round.stage, pairs));
        let mut ratios: Vec<Option<Vec<f64>>> = vec![Some(Vec::new()); round.cases.len()];
        for pair in 0..round.pairs {
            // In a new order each time: what disturbs for a while hits no case more often than others.
            let mut order: Vec<usize> = (0..round.cases.len()).collect();
            self.random.shuffle(&mut order);
            let mut rows: Vec<(usize, PairRow)> = Vec::with_capacity(order.len());
            for at in order {
                let names = &self.names[round.cases[at]];
                let own = Sides {
                    base: &*names.base,
                    head: &*names.head,
                };
                let paths = Sides {
                    base: &*programs.paths.base,
                    head: &*programs.paths.head,
                };
                let settings = Settings {
                    extra: self.extra.get(&names.head).copied().unwrap_or(0.0),
                    ..self.sampling.settings.clone()
                };
                let measurement = measure_pair(paths, own, &settings, &mut self.random);
                let measurement = measurement.map_err(|error| SamplingError::Pair {
                    case: names.head.clone(),
                    error: Box::new(error),
                })?;
                match ratios.get_mut(at) {
                    Some(Some(ratios)) if measurement.answers.base == measurement.answers.head => {
                        ratios.push(measurement.ratio());
                    }
                    Some(ratios) => *ratios = None,
                    None => {}
                }
                let place = Place {
                    stage: round.stage,
                    looks: self.sampling.plan.looks(),
                    run: self.number,
                    layout: round.layout,
                    seeds: programs.seeds,
                    pair: round.first_pair + pair,
                };
                rows.push((
                    at,
                    PairRow {
                        names: names.clone(),
                        place,
                        measurement,
                    },
                ));
                progress(Progress::Measured);
            }
            rows.sort_by_key(|(at, _)| *at);
            self.sampled
                .rows
                .extend(rows.into_iter().map(|(_, row)| row));
        }
        Ok(ratios)
    }
}
