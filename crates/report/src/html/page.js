// The page: the data that it carries, its controls, and the link to each view.

const data = readData();
const controls = document.getElementById("controls");
const status = document.getElementById("status");
const problem = document.getElementById("problem");
const say = (text) => (status.textContent = text);

/** The data, with results and verdicts as objects. */
function readData() {
  const read = JSON.parse(document.getElementById("data").textContent);
  const configs = read.configs.map((pairs) => new Map(pairs));
  const result = ([name, file, config, samples]) => ({
    name: read.names[name],
    file: read.files[file],
    config: configs[config],
    samples,
  });
  const verdict = ([name, unit, column, verdict, gates, accepted, baseline, value, change, interval, why, pkg]) => ({
    ...{ case: pkg === null ? read.names[name] : `${read.names[name]} (${pkg ? `pkg ${pkg}` : "no pkg"})`, unit, column, verdict, gates, accepted },
    ...{ baseline, value, change, interval, why },
  });
  return { ...read, results: read.results.map(result), verdicts: read.verdicts?.map(verdict) };
}

/** What the controls ask for, and how the table is sorted. */
let view = {};
const results = new Grid(document.getElementById("results"), say, (sort) => {
  view = { ...view, sort: sort?.label ?? "", down: sort?.down ? "1" : "" };
  link();
});

/** The view that a fragment asks for; what it does not say is as at first. */
function viewOf(fragment) {
  const asked = new URLSearchParams(fragment.slice(1));
  const value = (key) => asked.get(key) ?? data.view[key] ?? "";
  return Object.fromEntries(["filter", "row", "col", "unit", "sort", "down"].map((key) => [key, value(key)]));
}

/** Puts the view into the page's address, so that it can be passed on. */
function link() {
  const address = `#${new URLSearchParams(view)}`;
  history.replaceState(null, "", address);
  document.getElementById("link").href = address;
}

/** Arranges the results as the view says, and shows one unit's table. */
function show() {
  let tables;
  try {
    tables = arrange(data, view);
    problem.textContent = "";
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    problem.textContent = error.message;
    return;
  }
  for (const key of ["filter", "row", "col"]) controls.elements[key].value = view[key];
  const units = tables.map(({ unit }) => unit.name);
  const options = units.map((unit) => element("option", { value: unit, textContent: printable(unit) }));
  controls.elements.unit.replaceChildren(...options);
  const table = tables.find(({ unit }) => unit.name === view.unit) ?? tables[0];
  if (!table) {
    results.show({ caption: "No result matches", columns: [], rows: [] });
    say("no result matches");
    link();
    return;
  }
  view.unit = controls.elements.unit.value = table.unit.name;
  const sort = view.sort ? { label: view.sort, down: view.down === "1" } : undefined;
  const caption = printable(`${table.unit.name} by ${view.row || "nothing"} and ${view.col || "nothing"}`);
  results.show({ caption, columns: columnsOf(table), rows: table.rows, sort });
  say(`${table.rows.length} rows of ${table.unit.name}`);
  link();
}

/** The columns of a table: names, and for each column of the projection the values and how they compare. */
function columnsOf({ unit, columns }) {
  const name = {
    label: view.row || "all",
    key: (row) => row.label,
    fill: (row, cell) => (cell.textContent = printable(row.label)),
  };
  const shown = [name];
  for (const [at, label] of columns.entries()) {
    shown.push({
      label: label || unit.name,
      isNumber: true,
      key: (row) => row.summary(at)?.center,
      fill: (row, cell) => fillValue(row, at, cell),
    });
    if (at === 0) continue;
    shown.push({
      label: `${label} vs ${columns[0] || "the first"}`,
      isNumber: true,
      key: (row) => changeKey(row.comparison(at)),
      fill: (row, cell) => fillChange(row, at, unit, cell),
    });
  }
  return shown;
}

function fillValue(row, at, cell) {
  const summary = row.summary(at);
  if (!summary) return;
  const all = row.parts.map((_, column) => row.summary(column)?.center).filter((center) => center !== undefined);
  cell.textContent = `${scaled(summary.center, scaleOf(all, row.unit.binary))} ± ${spread(summary)}`;
}

function fillChange(row, at, unit, cell) {
  const comparison = row.comparison(at);
  if (!comparison) return;
  const sizes = [row.sample(0).length, row.sample(at).length];
  cell.textContent = `${changeText(comparison)} (${basisText(comparison, sizes)})`;
  if (!comparison.isSeen || comparison.from === comparison.to || !unit.better) return;
  const isBetter = comparison.to > comparison.from === (unit.better === "higher");
  cell.classList.add(isBetter ? "better" : "worse");
}

/** What changes are sorted by: those that no test shows come last. */
function changeKey(comparison) {
  return comparison?.isSeen ? comparison.change : undefined;
}

controls.addEventListener("submit", (event) => event.preventDefault());
// One that types is waited for.
let waiting;
controls.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const values = ["filter", "row", "col", "unit"].map((key) => [key, controls.elements[key].value]);
    view = { ...view, ...Object.fromEntries(values) };
    show();
  }, 200);
});
addEventListener("hashchange", () => {
  view = viewOf(location.hash);
  show();
});

view = viewOf(location.hash);
if (data.verdicts) showVerdicts(data.verdicts);
show();
