// Results arranged in rows and columns by projections, summarised and compared, as crates/benchstat does it.

/** The parts of a benchmark's name after its base, `-N` at the end as one of them. */
function partsOf(name) {
  const processors = /^(.*)(-[0-9]+)$/su.exec(name);
  const [rest, last] = processors ? [processors[1], [processors[2]]] : [name, []];
  const slash = rest.indexOf("/");
  if (slash < 0) return { base: rest, parts: last };
  const parts = rest.slice(slash + 1).split("/");
  return { base: rest.slice(0, slash), parts: [...parts.map((part) => `/${part}`), ...last] };
}

/** The value of a key of a result; empty if it has none. */
function valueOf(result, key) {
  if (key === ".fullname") return result.name;
  if (key === ".file") return result.file;
  result.split ??= partsOf(result.name);
  const { base, parts } = result.split;
  if (key === ".name") return base;
  if (!key.startsWith("/")) return result.config.get(key) ?? "";
  const processors = parts.at(-1);
  if (key === "/gomaxprocs" && processors?.startsWith("-")) return processors.slice(1);
  return parts.find((part) => part.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";
}

/** A full name without the parts that projections name. */
function fullName(result, named) {
  if (named.length === 0) return result.name;
  const { base, parts } = (result.split ??= partsOf(result.name));
  const isNamed = (part) =>
    named.some((key) => part.startsWith(`${key}=`) || (key === "/gomaxprocs" && part.startsWith("-")));
  const left = parts.filter((part) => !isNamed(part));
  return (named.includes(".name") ? "*" : base) + left.join("");
}

/** Collects the keys of a projection: each once, with a label, in the projection's order. */
class Projection {
  constructor(fields, named) {
    this.fields = fields;
    this.named = named;
    this.keys = new Map();
    this.seen = fields.map(() => new Map());
  }

  texts(result) {
    return this.fields.map(({ key }) => {
      if (key === ".fullname") return fullName(result, this.named);
      if (key !== ".config") return valueOf(result, key);
      const pairs = [...result.config].filter(([own]) => !this.named.includes(own));
      return pairs.map(([, value]) => value).join(" ");
    });
  }

  /** The key of a result, or undefined where an order leaves it out. */
  key(result) {
    const texts = this.texts(result);
    const isListed = ({ order, words }, at) => order !== "fixed" || words.includes(texts[at]);
    if (!this.fields.every(isListed)) return undefined;
    const id = texts.length === 1 ? texts[0] : JSON.stringify(texts);
    let key = this.keys.get(id);
    if (!key) {
      key = { texts, label: texts.filter((text) => text !== "").join(" ") };
      this.keys.set(id, key);
      texts.forEach((text, at) => this.seen[at].set(text, this.seen[at].get(text) ?? this.seen[at].size));
    }
    return key;
  }

  sorted() {
    const keys = [...this.keys.values()];
    // What was seen first stands first already.
    if (this.fields.every(({ key, order }) => order === "first" && key !== ".config") && this.fields.length < 2) return keys;
    return keys.sort((a, b) => {
      for (let at = 0; at < this.fields.length; at++) {
        const order = this.compare(this.fields[at], at, a.texts[at], b.texts[at]);
        if (order !== 0) return order;
      }
      return 0;
    });
  }

  compare({ key, order, words }, at, a, b) {
    const byText = a < b ? -1 : Number(a > b);
    if (order === "first" && key !== ".config") return this.seen[at].get(a) - this.seen[at].get(b);
    if (order === "num") return compareNumbers(numberIn(a), numberIn(b)) || byText;
    if (order === "fixed") return words.lastIndexOf(a) - words.lastIndexOf(b) || byText;
    return byText;
  }
}

function compareNumbers(a, b) {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined);
  return a < b ? -1 : Number(a > b);
}

/** A text as a number, or the first number in it with a prefix such as `k` or `Mi`. */
function numberIn(text) {
  if (/^[+-]?[0-9.]+(?:e[+-]?[0-9]+)?$/iu.test(text) && Number.isFinite(Number(text))) return Number(text);
  const found = /([0-9.]+)([kKMGTPEZY]?)(i?)/u.exec(text);
  if (!found || !Number.isFinite(Number(found[1]))) return undefined;
  const power = "KMGTPEZY".indexOf(found[2].toUpperCase()) + 1;
  return Number(found[1]) * (found[3] && found[2] ? 1024 : 1000) ** (found[2] ? power : 0);
}

/** One table for each unit that a filter leaves: `{ unit, columns, rows }`. */
function arrange(data, { filter, row, col }) {
  const keep = parseFilter(filter);
  const [rows, columns] = [parseProjection(row), parseProjection(col)];
  const named = [...rows, ...columns].map(({ key }) => key).filter((key) => !key.match(/^\.(config|fullname)$/u));
  const byRow = new Projection(rows, named);
  const byColumn = new Projection(columns, named);
  const tables = data.units.map((unit) => ({ unit, cells: new Map(), columns: new Set() }));
  for (const result of data.results) {
    const kept = result.samples.filter(([unit]) => keep(result, data.units[unit].name));
    if (kept.length === 0) continue;
    const [own, column] = [byRow.key(result), byColumn.key(result)];
    if (!own || !column) continue;
    for (const [unit, values] of kept) {
      const { cells, columns: found } = tables[unit];
      if (!cells.has(own)) cells.set(own, new Map());
      const inRow = cells.get(own);
      if (!inRow.has(column)) inRow.set(column, []);
      inRow.get(column).push(values);
      found.add(column);
    }
  }
  const [rowOrder, columnOrder] = [byRow.sorted(), byColumn.sorted()];
  return tables
    .filter(({ cells }) => cells.size > 0)
    .map(({ unit, cells, columns: found }) => {
      const shown = columnOrder.filter((column) => found.has(column));
      const rowsOf = rowOrder.filter((own) => cells.has(own));
      return {
        unit,
        columns: shown.map(({ label }) => label),
        rows: rowsOf.map((own) => new Row(own.label, shown.map((column) => cells.get(own).get(column)), unit, data)),
      };
    });
}

/** The numbers of a result's sample: a list, or the bytes of 64-bit floats in BASE64. */
function numbers(values) {
  if (typeof values !== "string") return values;
  const bytes = atob(values);
  const view = new DataView(new ArrayBuffer(bytes.length));
  for (let at = 0; at < bytes.length; at++) view.setUint8(at, bytes.charCodeAt(at));
  return Array.from({ length: bytes.length / 8 }, (_, at) => view.getFloat64(8 * at, true));
}

/** Samples in ascending order as one. */
function merged(samples) {
  return samples.length === 1 ? samples[0] : samples.flat().sort((a, b) => a - b);
}

/** A row of cells, each summarised and compared when it is first looked at. */
class Row {
  constructor(label, samples, unit, data) {
    Object.assign(this, { label, unit, data });
    this.parts = samples;
    this.samples = [];
    this.known = [];
    this.tests = [];
  }

  /** The values of a cell in ascending order, as those of each of its results are. */
  sample(at) {
    if (!this.parts[at]) return undefined;
    this.samples[at] ??= merged(this.parts[at].map(numbers));
    return this.samples[at];
  }

  summary(at) {
    const sample = this.sample(at);
    if (!sample) return undefined;
    this.known[at] ??= this.unit.exact
      ? { center: mode(sample), low: sample[0], high: sample.at(-1) }
      : this.interval(sample);
    return this.known[at];
  }

  interval(sample) {
    const [low, high] = medianInterval(sample.length, this.data);
    return { center: median(sample), low: sample[low - 1] ?? -Infinity, high: sample[high - 1] ?? Infinity };
  }

  /** How a cell compares with that of the first column. */
  comparison(at) {
    if (at === 0 || !this.parts[at] || !this.parts[0]) return undefined;
    this.tests[at] ??= this.compare(at);
    return this.tests[at];
  }

  compare(at) {
    const [from, to] = [this.summary(0).center, this.summary(at).center];
    const p = this.unit.exact ? 0 : (pValue(this.sample(0), this.sample(at)) ?? 1);
    const isSeen = p <= (this.unit.exact ? 0 : this.data.alpha);
    return { p, from, to, isSeen, change: to / from - 1 };
  }
}
