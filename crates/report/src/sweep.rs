//! Latency against the size of the pool, and the size that it recommends.

use benchfmt::Benchmark;

use crate::chart::{Caption, Chart, Curve, Curves, DrawError, curves};
use crate::gain::{Gain, Series, behind};
use crate::ladder::{number, shown};

/// What is judged by: the 99th percentile of some seconds is as much the machine's as the pool's.
const JUDGED: &str = "p90-sec";

/// What requests wait for a connection, in the mean.
const WAIT: &str = "connection-wait-sec/op";

/// The share of the median time that this may be: less than what repeats of the whole differ by.
const WAITS_AT_MOST: f64 = 0.05;

/// What is told of each size, with its heading.
const UNITS: [(&str, &str); 5] = [
    ("p50-sec", "50th percentile"),
    (JUDGED, "90th percentile"),
    ("p99-sec", "99th percentile"),
    (WAIT, "wait for a connection"),
    ("cpu-sec/req", "the service's processor time"),
];

/// What was measured at one rate on one database: the name up to the size, and the sizes from the smallest.
struct Sweep<'b> {
    base: String,
    results: &'b [Benchmark],
    sizes: Vec<u32>,
}

/// A size, and how what is judged compares with the best.
struct Judged {
    size: u32,
    is_best: bool,
    /// How many times less the best size has.
    best: Option<Gain>,
}

impl<'b> Sweep<'b> {
    fn all(results: &'b [Benchmark]) -> Vec<Self> {
        let mut sweeps: Vec<Self> = Vec::new();
        for result in results {
            let Some(size) = number(result, "/size") else {
                continue;
            };
            let base = result.name.replace(&format!("/size={size}"), "");
            let known = sweeps.iter().position(|sweep| sweep.base == base);
            let at = known.unwrap_or_else(|| {
                sweeps.push(Self {
                    base,
                    results,
                    sizes: Vec::new(),
                });
                sweeps.len() - 1
            });
            if !sweeps[at].sizes.contains(&size) {
                sweeps[at].sizes.push(size);
            }
        }
        for sweep in &mut sweeps {
            sweep.sizes.sort_unstable();
        }
        sweeps
    }

    fn series(&self, size: u32, unit: &str) -> Series {
        Series::of(self.results, &format!("{}/size={size}", self.base), unit)
    }

    /// The size that has the least, each round's own slowness aside.
    fn best(&self) -> Option<u32> {
        let all: Vec<Series> = self
            .sizes
            .iter()
            .map(|&size| self.series(size, JUDGED))
            .collect();
        let round = Series::of_rounds(&all);
        let gains = self.sizes.iter().zip(&all).filter_map(|(&size, series)| {
            let gain = Gain::of(&round, series)?;
            Some((size, gain.factor()))
        });
        let best = gains.max_by(|a, b| a.1.total_cmp(&b.1));
        best.map(|(size, _)| size)
    }

    fn judged(&self) -> Vec<Judged> {
        let best = self.best();
        let of_best = best.map(|best| self.series(best, JUDGED));
        let judged = |&size: &u32| Judged {
            size,
            is_best: best == Some(size),
            best: of_best
                .as_ref()
                .and_then(|of_best| Gain::of(&self.series(size, JUDGED), of_best)),
        };
        self.sizes.iter().map(judged).collect()
    }

    /// The smallest size at which requests hardly wait for a connection, and that is not shown to be worse than the best, where every size has
    /// rounds enough to be.
    fn recommended(&self) -> Option<u32> {
        let judged = self.judged();
        let is_decided = judged
            .iter()
            .all(|judged| judged.best.is_some_and(|best| best.is_decided()));
        let mut enough = judged
            .iter()
            .filter(|judged| judged.best.is_some_and(|best| !best.is_a_gain()))
            .filter(|judged| self.hardly_waits(judged.size));
        let smallest = enough.next().map(|judged| judged.size);
        smallest.filter(|_| is_decided)
    }

    fn hardly_waits(&self, size: u32) -> bool {
        let median = |unit| self.series(size, unit).median();
        match (median(WAIT), median("p50-sec")) {
            (Some(wait), Some(time)) => wait <= WAITS_AT_MOST * time,
            _ => true,
        }
    }

    fn markdown(&self) -> String {
        let mut text = format!("`{}`", self.base);
        if let (Some(best), Some(size)) = (self.best(), self.recommended()) {
            text += &format!(": **{size}** connections; the lowest 90th percentile: {best}.");
        }
        text += "\n\n| size |";
        for (unit, heading) in UNITS {
            text += &format!(" {heading} (`{unit}`) |");
        }
        text += " 90th percentile, times the lowest |\n| ---: |";
        text += &" ---: |".repeat(UNITS.len());
        text += " --- |\n";
        for judged in self.judged() {
            text += &format!("| {} |", judged.size);
            for (unit, _) in UNITS {
                let median = self.series(judged.size, unit).median();
                text += &format!(" {} |", shown(unit, median));
            }
            let against = match judged.best {
                _ if judged.is_best => "the lowest".to_owned(),
                Some(best) => best.factors(),
                None => "no round with the lowest".to_owned(),
            };
            text += &format!(" {against} |\n");
        }
        text
    }
}

/// The section of the page, with the chart; nothing without results.
pub(crate) fn section(results: &[Benchmark]) -> String {
    let sweeps = Sweep::all(results);
    if sweeps.is_empty() {
        return String::new();
    }
    let mut text = String::from(
        "\n## The pool's size\n\nLatency at a constant rate, which does not depend on how fast the service answers, for pools of several \
         sizes; in each round all sizes are measured once, in a new order. Recommended is the smallest size at which requests wait for a \
         connection for at most a twentieth of the median time, and whose 90th percentile is not shown to be higher than the lowest: the \
         interval of the rounds' ratios, in the last column, holds 1. A larger pool costs connections, and no gain of one was shown. Of sizes that \
         differ little, another run may name another.\n",
    );
    text += &format!("\n![{TITLE}. {DESCRIPTION}](charts/{CHART}.svg)\n");
    text += &behind(results);
    for sweep in &sweeps {
        text += &format!("\n{}", sweep.markdown());
    }
    text
}

/// The chart's name among the charts.
const CHART: &str = "pool-sweep";
const TITLE: &str = "Latency by the size of the pool";
const DESCRIPTION: &str = "A panel for each database, with the same logarithmic axis of seconds: the time that half, 9 of 10, and 99 of 100 \
     requests did not exceed at a constant rate, by how many connections the pool has; the median of the rounds with its interval at 95 %.";

/// The percentiles that are drawn, each with its name and the place of its colour.
const DRAWN: [(&str, &str, usize); 3] = [
    ("p50-sec", "p50", 1),
    (JUDGED, "p90", 2),
    ("p99-sec", "p99", 4),
];

/// Draws the percentiles by size, a panel for each database; nothing without results.
pub(crate) fn chart(results: &[Benchmark]) -> Result<Option<Chart>, DrawError> {
    let sweeps = Sweep::all(results);
    let mut sizes: Vec<u32> = sweeps
        .iter()
        .flat_map(|sweep| sweep.sizes.clone())
        .collect();
    sizes.sort_unstable();
    sizes.dedup();
    if sizes.is_empty() {
        return Ok(None);
    }
    let curve = |sweep: &Sweep<'_>, name: usize, unit: &str| {
        let points = sweep.sizes.iter().filter_map(|&size| {
            let point = sweep.series(size, unit).summary()?;
            Some((f64::from(size), point))
        });
        Curve {
            name,
            points: points.collect(),
        }
    };
    let panel = |sweep: &Sweep<'_>| {
        let all = DRAWN.iter().enumerate();
        let curves = all.map(|(name, &(unit, ..))| curve(sweep, name, unit));
        let load = sweep
            .base
            .trim_start_matches("PoolSweep/")
            .replace('/', " ");
        (format!("seconds, {load}"), curves.collect())
    };
    let drawn = curves(
        Caption {
            name: CHART,
            title: TITLE,
            description: DESCRIPTION,
        },
        &Curves {
            names: DRAWN
                .map(|(_, name, color)| (color, name.to_owned()))
                .to_vec(),
            ticks: sizes
                .iter()
                .map(|&size| (f64::from(size), size.to_string()))
                .collect(),
            over: "connections in the pool",
            panels: sweeps.iter().map(panel).collect(),
        },
    )?;
    Ok(Some(drawn))
}
