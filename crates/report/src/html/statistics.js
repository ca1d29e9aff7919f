// The statistics of crates/benchstat: medians with intervals of order statistics, and the Mann-Whitney U test.
// A test of the page holds every number against that crate's.

/** The median of values in ascending order, rounded as crates/benchstat's is. */
function median(sorted) {
  const place = 1 / 3 + 0.5 * (sorted.length + 1 / 3);
  const below = Math.floor(place);
  if (below === 0) return sorted[0];
  const [low, high] = [sorted[below - 1], sorted[below]];
  return high === undefined ? sorted.at(-1) : low + (place - below) * (high - low);
}

/** The most frequent of values in ascending order, the smallest of several. */
function mode(sorted) {
  let [most, found] = [0, sorted[0]];
  for (let start = 0, end = 0; start < sorted.length; start = end) {
    while (end < sorted.length && sorted[end] === sorted[start]) end++;
    if (end - start > most) [most, found] = [end - start, sorted[start]];
  }
  return found;
}

function choose(n, k) {
  let ways = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) ways = (ways * (n - i + 1)) / i;
  return k < 0 || k > n ? 0 : ways;
}

/** The complementary error function, by its series near zero and by its continued fraction beyond. */
function erfc(x) {
  if (x < 0) return 2 - erfc(-x);
  if (x < 2.5) {
    let [sum, part] = [x, x];
    for (let n = 1; Math.abs(part) > 1e-17 * sum; n++) {
      part *= (-x * x) / n;
      sum += part / (2 * n + 1);
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = 0;
  for (let n = 80; n > 0; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}

const normalCdf = (z) => erfc(-z / Math.SQRT2) / 2;

/** Which order statistics bound the median of n values, counted from 1; 0 and n + 1 are unbounded. Those of few are given. */
function medianInterval(n, { intervals, confidence }) {
  if (confidence >= 1) return [0, n + 1];
  return intervals[n] ?? normalInterval(n, confidence);
}

function normalInterval(n, level) {
  const [mean, deviation] = [n / 2, Math.sqrt(n / 4)];
  let [least, most] = [-40, 0];
  for (let i = 0; i < 100; i++) {
    const z = (least + most) / 2;
    if (normalCdf(z) < (1 - level) / 2) least = z;
    else most = z;
  }
  const start = most * deviation + mean;
  const low = Math.floor(start - 0.5) + 1;
  let high = Math.ceil(2 * mean - start - 0.5) + 1;
  const place = (count) => normalCdf((count - 0.5 - mean) / deviation);
  const between = (end) => place(end) - place(low);
  if (between(high - 1) >= level && between(high - 1) < between(high)) high--;
  return [Math.max(0, low), Math.max(0, Math.min(high, n + 1))];
}

/** The two-sided p value of samples in ascending order; undefined where there is no test. */
function pValue(first, second) {
  const [n1, n2] = [first.length, second.length];
  if (n1 === 0 || n2 === 0) return undefined;
  const groups = ranked(first, second);
  if (groups.length === 1) return undefined;
  const doubled = groups.reduce((sum, group) => sum + group.own * group.rank, 0);
  const u1 = doubled - n1 * (n1 + 1);
  const smaller = Math.min(u1, 2 * n1 * n2 - u1);
  const ties = groups.length < n1 + n2;
  if (Math.max(n1, n2) > (ties ? 25 : 50)) return approximate(n1, n2, u1, groups);
  if (2 * u1 === 2 * n1 * n2) return 1;
  const lower = groups[0].size;
  const quotient = n1 * (lower - n1);
  // As the reference has it for two values and samples of different sizes; see benchstat's shown_p_value.
  const quirk = groups.length === 2 && n1 < lower && quotient > smaller && quotient < smaller + n1 + n2;
  if (quirk) return (2 * choose(lower, n1)) / choose(n1 + n2, n1);
  const limit = smaller + n1 * (n1 + 1);
  const ways = ties ? waysUpTo(groups, n1, limit) : remembered(groups, n1, n2);
  return (2 * ways[limit]) / choose(n1 + n2, n1);
}

/** What was worked out for samples of two sizes, for the next such: without ties nothing else counts. */
const distributions = new Map();

function remembered(groups, n1, n2) {
  const key = `${n1} ${n2}`;
  if (!distributions.has(key)) {
    // The ranks do not depend on whose they are; up to the middle is all that is ever asked for.
    distributions.set(key, waysUpTo(groups, n1, n1 * n2 + n1 * (n1 + 1)));
  }
  return distributions.get(key);
}

/** The groups of equal values: how many, how many of the first sample, and twice their mean rank. */
function ranked(first, second) {
  const groups = [];
  for (let i = 0, j = 0; i < first.length || j < second.length; ) {
    const value = Math.min(first[i] ?? Infinity, second[j] ?? Infinity);
    const [start, own] = [i + j, i];
    while (i < first.length && first[i] <= value) i++;
    while (j < second.length && second[j] <= value) j++;
    groups.push({ size: i + j - start, own: i - own, rank: start + 1 + i + j });
  }
  return groups;
}

/** In how many ways `n` of all values have a sum of doubled ranks that is at most each number up to a limit. */
function waysUpTo(groups, n, limit) {
  const ways = Array.from({ length: n + 1 }, () => new Float64Array(limit + 1));
  ways[0][0] = 1;
  for (const { size, rank } of groups) {
    for (let taken = n; taken > 0; taken--) {
      for (let own = 1; own <= Math.min(size, taken); own++) {
        const [from, to, times] = [ways[taken - own], ways[taken], choose(size, own)];
        for (let sum = limit; sum >= own * rank; sum--) to[sum] += times * from[sum - own * rank];
      }
    }
  }
  let sum = 0;
  return ways[n].map((count) => (sum += count));
}

function approximate(n1, n2, u1, groups) {
  const [pairs, n] = [n1 * n2, n1 + n2];
  const cubes = groups.reduce((sum, { size }) => sum + size ** 3 - size, 0);
  const deviation = Math.sqrt((pairs * (n + 1 - cubes / (n * (n - 1)))) / 12);
  let distance = u1 / 2 - pairs / 2;
  if (distance !== 0) distance -= Math.sign(distance) * 0.5;
  const below = normalCdf(distance / deviation);
  return 2 * Math.min(below, 1 - below);
}
