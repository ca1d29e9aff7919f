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
    /// The pattern of the first ranks, at least one, of groups with these ends.
    fn new(ends: u64, ranks: usize) -> Self {
        let last = ranks - 1;
        Self {
            ends: ends & !(u64::MAX << last),
            ranks: ranks as u32,
            beyond: (ends >> last).trailing_zeros(),
        }
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

/// For each number of ranks of a half: the counts of the choices of so many, by their sum.
///
/// Sums are doubled, which makes the ranks of ties, the means of their places, whole numbers.
#[derive(Debug)]
struct Half {
    rows: Vec<Row>,
    counts: Vec<f64>,
    /// The counts of each sum or a larger one.
    or_more: Vec<f64>,
}

/// The sums of a number of ranks.
#[derive(Clone, Copy, Debug)]
struct Row {
    /// The smallest doubled sum; the counts are for it and those after it.
    least: usize,
    /// Where its counts are in those of the half.
    start: usize,
    length: usize,
}

impl Row {
    /// Its numbers among those of the half.
    fn of(self, numbers: &[f64]) -> &[f64] {
        &numbers[self.start..self.start + self.length]
    }
}

impl Half {
    /// The counts for up to `most` ranks.
    fn new(pattern: Pattern, most: usize) -> Self {
        let most = most.min(pattern.ranks as usize);
        // No sum is larger than that of all ranks.
        let width = pattern
            .groups()
            .map(|(size, rank)| size * rank)
            .sum::<usize>()
            + 1;
        // By the number of ranks and their sum; and by the number, the least and the largest sum.
        let mut table = vec![0.0; (most + 1) * width];
        let mut bounds = vec![(0, 0); most + 1];
        table[0] = 1.0;
        let mut placed = 0;
        for (size, rank) in pattern.groups() {
            // From the most on, so that what is added to has not been added to itself.
            for chosen in (1..=most.min(placed + size)).rev() {
                let mut ways = 1.0;
                let mut bound = (chosen <= placed).then_some(bounds[chosen]);
                for some in 1..=size.min(chosen) {
                    ways *= (size + 1 - some) as f64 / some as f64;
                    let others = chosen - some;
                    if others > placed {
                        continue;
                    }
                    let (least, most) = bounds[others];
                    let shift = some * rank;
                    let (before, after) = table.split_at_mut(chosen * width);
                    let from = &before[others * width..][least..=most];
                    let to = &mut after[least + shift..=most + shift];
                    for (to, from) in to.iter_mut().zip(from) {
                        *to += ways * from;
                    }
                    let (low, high) = (least + shift, most + shift);
                    bound = Some(bound.map_or((low, high), |(l, h)| (low.min(l), high.max(h))));
                }
                bounds[chosen] = bound.unwrap_or((0, 0));
            }
            placed += size;
        }
        Self::trimmed(&table, width, &bounds)
    }

    /// The rows of a table without the zeros around them.
    fn trimmed(table: &[f64], width: usize, bounds: &[(usize, usize)]) -> Self {
        let mut half = Self {
            rows: Vec::with_capacity(bounds.len()),
            counts: Vec::with_capacity(bounds.iter().map(|(least, most)| most + 1 - least).sum()),
            or_more: Vec::new(),
        };
        for (row, &(least, most)) in table.chunks(width).zip(bounds) {
            half.rows.push(Row {
                least,
                start: half.counts.len(),
                length: most + 1 - least,
            });
            half.counts.extend_from_slice(&row[least..=most]);
        }
        half.or_more = half.counts.clone();
        for row in &half.rows {
            let or_more = &mut half.or_more[row.start..row.start + row.length];
            for at in (1..or_more.len()).rev() {
                or_more[at - 1] += or_more[at];
            }
        }
        half
    }
}

/// Counts choices of ranks, and keeps the halves it has counted.
#[derive(Debug, Default)]
pub(super) struct RankSums {
    halves: Vec<Half>,
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
    /// There are `total` ranks, from 2 to 64. A set bit in `ends` says that the values of this rank and of the next one
    /// differ; that of the last rank is set.
    pub(super) fn at_most(&mut self, ends: u64, total: usize, chosen: usize, limit: usize) -> f64 {
        if self.kept > Self::MOST_KEPT {
            *self = Self::default();
        }
        // Counted from the top a group ends where, counted from the bottom, the one below it does.
        let from_top = ends.reverse_bits() >> (65 - total) | 1 << (total - 1);
        let lower = Pattern::new(ends, total / 2);
        let upper = Pattern::new(from_top, total - total / 2);
        let (lower, upper) = (self.half(lower, chosen), self.half(upper, chosen));
        let (lower, upper) = (&self.halves[lower], &self.halves[upper]);
        // A doubled rank and the same counted from the top add up to this.
        let full = 2 * (total + 1);
        let mut count = 0.0;
        for (below, &row) in lower.rows.iter().enumerate() {
            let Some(above) = chosen.checked_sub(below) else {
                break;
            };
            let Some(&other) = upper.rows.get(above) else {
                continue;
            };
            // What the least sum of the lower half asks of the upper half, more than the least
            // sum there; each larger one asks for one more.
            let asked = (full * above + row.least) as isize - (limit + other.least) as isize;
            let (counts, or_more) = (row.of(&lower.counts), other.of(&upper.or_more));
            count += combine(counts, or_more, asked);
        }
        count
    }

    /// Where the half of a pattern is, which is counted if it is new.
    fn half(&mut self, pattern: Pattern, most: usize) -> usize {
        let (halves, kept) = (&mut self.halves, &mut self.kept);
        *self.places.entry((pattern, most)).or_insert_with(|| {
            let half = Half::new(pattern, most);
            *kept += half.counts.len() + half.or_more.len();
            halves.push(half);
            halves.len() - 1
        })
    }
}

/// The sum of `counts`, each times the number of choices in the other half that are enough for
/// it: `or_more` from `asked` on.
fn combine(counts: &[f64], or_more: &[f64], asked: isize) -> f64 {
    // Where less than nothing is asked, all choices are enough.
    let all = usize::try_from(-asked).unwrap_or(0).min(counts.len());
    let (free, rest) = counts.split_at(all);
    let from = usize::try_from(asked).unwrap_or(0).min(or_more.len());
    free.iter().sum::<f64>() * or_more[0] + dot(rest, &or_more[from..])
}

/// The sum of products, over as many as both have. All are whole numbers, so their order does not
/// matter, and four sums at once keep the processor busy.
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let length = a.len().min(b.len());
    let (a, a_rest) = a[..length].as_chunks::<4>();
    let (b, b_rest) = b[..length].as_chunks::<4>();
    let mut sums = [0.0; 4];
    for (a, b) in a.iter().zip(b) {
        for lane in 0..4 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}
