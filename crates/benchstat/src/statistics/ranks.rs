//! How many ways there are to choose some of the ranks of a pooled sample with a given sum.
//!
//! The exact distribution of the U statistic with ties is such a count: under the hypothesis of
//! no difference every choice of `n1` of the pooled ranks is equally likely. (J. H. Klotz, "The
//! Wilcoxon, Ties, and the Computer", JASA 61, 1966, counts rank by rank.) Here the ranks are cut
//! in the middle: the lower half is counted from the bottom, the upper half from the top, and the
//! counts are combined. A half depends on its own ties only, few patterns of ties occur, and
//! above is like below; so halves are kept, and most are known when they are needed.

use hashbrown::HashMap;

/// The ties in one half of the ranks, counted from its outer end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Pattern {
    /// A set bit ends a group of equal values; the last rank ends one in any case.
    ends: u64,
    ranks: u32,
    /// How many values of the last group are in the other half.
    beyond: u32,
}

impl Pattern {
    /// The pattern of the first `ranks` values of `groups`: at most 64.
    fn new(groups: impl Iterator<Item = usize>, ranks: usize) -> Self {
        let mut pattern = Self {
            ends: 0,
            ranks: ranks as u32,
            beyond: 0,
        };
        let mut end = 0;
        for group in groups {
            end += group;
            if end >= ranks {
                pattern.beyond = (end - ranks) as u32;
                break;
            }
            pattern.ends |= 1 << (end - 1);
        }
        pattern
    }

    /// For each group: how many ranks it has in the half, and its doubled rank, which is the sum
    /// of the first and the last place.
    fn groups(self) -> impl Iterator<Item = (usize, usize)> {
        let mut start = 0;
        (1..=self.ranks).filter_map(move |end| {
            let last = end == self.ranks;
            if !last && self.ends >> (end - 1) & 1 == 0 {
                return None;
            }
            let size = end - start;
            let beyond = if last { self.beyond } else { 0 };
            let rank = (start + 1) + (end + beyond);
            start = end;
            Some((size as usize, rank as usize))
        })
    }
}

/// The counts of the choices of some number of ranks, by their sum.
///
/// Sums are doubled, which makes the ranks of ties, the means of their places, whole numbers.
#[derive(Clone, Debug)]
struct Counts {
    /// The smallest doubled sum; the counts are for it and those after it.
    first: usize,
    counts: Vec<f64>,
    /// The counts of each sum or a larger one.
    or_more: Vec<f64>,
}

impl Counts {
    fn new(first: usize, counts: Vec<f64>) -> Self {
        let mut or_more = counts.clone();
        for at in (1..or_more.len()).rev() {
            or_more[at - 1] += or_more[at];
        }
        Self {
            first,
            counts,
            or_more,
        }
    }

    fn last(&self) -> usize {
        self.first + self.counts.len() - 1
    }
}

/// For each number of ranks, up to `most`: the counts of the choices of so many.
fn count_half(pattern: Pattern, most: usize) -> Vec<Counts> {
    let mut rows = vec![Counts::new(0, vec![1.0])];
    let mut placed = 0;
    for (size, rank) in pattern.groups() {
        placed += size;
        rows = (0..=most.min(placed))
            .map(|chosen| with_group(&rows, chosen, size, rank))
            .collect();
    }
    rows
}

/// The counts of choices of `chosen` ranks, some of them from a group of `size` ranks, the others
/// from those that `rows` count.
fn with_group(rows: &[Counts], chosen: usize, size: usize, rank: usize) -> Counts {
    let from_group = chosen.saturating_sub(rows.len() - 1)..=size.min(chosen);
    let sources = || {
        from_group
            .clone()
            .map(|some| (some, some * rank, &rows[chosen - some]))
    };
    let first = sources().map(|(_, shift, row)| row.first + shift).min();
    let last = sources().map(|(_, shift, row)| row.last() + shift).max();
    let (first, last) = (first.unwrap_or(0), last.unwrap_or(0));
    let mut counts = vec![0.0; last + 1 - first];
    for (some, shift, row) in sources() {
        // Of the group `some` are chosen in as many ways.
        let ways = (0..some).fold(1.0, |ways, i| ways * (size - i) as f64 / (i + 1) as f64);
        let to = &mut counts[row.first + shift - first..];
        for (to, from) in to.iter_mut().zip(&row.counts) {
            *to += ways * from;
        }
    }
    Counts::new(first, counts)
}

/// Counts choices of ranks, and keeps the halves it has counted.
#[derive(Debug, Default)]
pub(super) struct RankSums {
    halves: Vec<Vec<Counts>>,
    /// Where the half is for a pattern and a number of chosen ranks.
    places: HashMap<(Pattern, usize), usize>,
    /// The numbers in the halves.
    kept: usize,
}

impl RankSums {
    /// The most numbers that are kept: 8 MB, enough for every pattern of ten values a side.
    const MOST_KEPT: usize = 1 << 20;

    /// How many choices of `chosen` of the ranks have a doubled sum of at most `limit`.
    ///
    /// `groups` are the numbers of equal values, in ascending order of the values: at most 64
    /// values in all.
    pub(super) fn at_most(&mut self, groups: &[usize], chosen: usize, limit: usize) -> f64 {
        let total: usize = groups.iter().sum();
        if self.kept > Self::MOST_KEPT {
            *self = Self::default();
        }
        let lower = Pattern::new(groups.iter().copied(), total / 2);
        let upper = Pattern::new(groups.iter().rev().copied(), total - total / 2);
        let (lower, upper) = (self.half(lower, chosen), self.half(upper, chosen));
        let (lower, upper) = (&self.halves[lower], &self.halves[upper]);
        lower
            .iter()
            .enumerate()
            .filter_map(|(below, row)| {
                let above = chosen.checked_sub(below)?;
                // A doubled rank and the same counted from the top add up to this.
                let full = 2 * (total + 1);
                Some(combine(
                    row,
                    upper.get(above)?,
                    (full * above) as isize - limit as isize,
                ))
            })
            .sum()
    }

    /// Where the half of a pattern is, which is counted if it is new.
    fn half(&mut self, pattern: Pattern, most: usize) -> usize {
        let (halves, kept) = (&mut self.halves, &mut self.kept);
        *self.places.entry((pattern, most)).or_insert_with(|| {
            let half = count_half(pattern, most);
            *kept += half.iter().map(|row| 2 * row.counts.len()).sum::<usize>();
            halves.push(half);
            halves.len() - 1
        })
    }
}

/// How many pairs of choices there are, one of the lower half and one of the upper, where the sum
/// of the latter, counted from the top, is at least that of the former plus `excess`.
fn combine(lower: &Counts, upper: &Counts, excess: isize) -> f64 {
    // What the smallest sum of the lower half asks of the upper half: how much more than its
    // smallest sum. Each larger sum asks for one more.
    let asked = lower.first as isize + excess - upper.first as isize;
    let all = usize::try_from(-asked).unwrap_or(0).min(lower.counts.len());
    let (free, rest) = lower.counts.split_at(all);
    let from = usize::try_from(asked).unwrap_or(0).min(upper.or_more.len());
    free.iter().sum::<f64>() * upper.or_more[0] + dot(rest, &upper.or_more[from..])
}

/// The sum of products, over as many as both have. All are whole numbers, so their order does not
/// matter, and four sums at once keep the processor busy.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 4;
    let mut sums = [0.0; LANES];
    let (a, b) = (a.chunks(LANES), b.chunks(LANES));
    for (a, b) in a.zip(b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}
