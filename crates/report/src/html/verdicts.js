// The verdicts of a comparison, those that matter first.

const VERDICTS = ["regressed", "missing", "incomparable", "undecided", "improved", "new", "unchanged"];

function showVerdicts(rows) {
  const grid = new Grid(document.getElementById("verdicts"), (text) => {
    document.getElementById("verdicts-status").textContent = text;
  });
  const search = document.getElementById("search");
  const text = (label, of) => ({ label, key: of, fill: (row, cell) => (cell.textContent = printable(of(row))) });
  const rank = ({ verdict }) => VERDICTS.indexOf(verdict);
  const verdict = {
    ...text("verdict", (row) => row.verdict + (row.accepted ? ", accepted" : "")),
    key: rank,
  };
  verdict.fill = (row, cell) => {
    cell.textContent = row.verdict + (row.accepted ? ", accepted" : "");
    if (row.verdict === "regressed" || row.verdict === "missing") cell.classList.add("worse");
    if (row.verdict === "improved") cell.classList.add("better");
  };
  const number = (label, of, shown) => ({
    label,
    isNumber: true,
    key: (row) => of(row) ?? undefined,
    fill: (row, cell) => (cell.textContent = of(row) === null ? "" : shown(row)),
  });
  const isBinary = new Map(data.units.map((unit) => [unit.name, unit.binary]));
  const value = (key) => (row) => {
    const exact = Number.isInteger(row.baseline) && Number.isInteger(row.value);
    const scale = scaleOf([row.baseline, row.value], isBinary.get(row.unit));
    return exact ? String(row[key]) : scaled(row[key], scale);
  };
  const columns = [
    text("case", (row) => row.case),
    text("unit", (row) => row.unit),
    verdict,
    number("baseline", (row) => row.baseline, value("baseline")),
    number("here", (row) => row.value, value("value")),
    number("change", (row) => row.change, (row) => percent(row.change)),
    {
      label: "interval",
      key: (row) => row.interval?.[0],
      fill: ({ interval }, cell) => {
        // That of an exact change is the change itself.
        if (interval && interval[0] < interval[1]) cell.textContent = interval.map(percent).join(" to ");
      },
    },
    text("gates", (row) => (row.gates ? "yes" : "no")),
    text("why", (row) => row.why),
  ];
  if (new Set(rows.map((row) => row.column)).size > 1) columns.splice(2, 0, text("input", (row) => row.column));
  const ordered = [...rows].sort((a, b) => rank(a) - rank(b) || Number(b.gates) - Number(a.gates));
  const update = () => {
    const has = (row) => `${row.case} ${row.unit} ${row.verdict}`.includes(search.value);
    const shown = ordered.filter(has);
    grid.show({ caption: "Verdicts, those that matter first", columns, rows: shown, sort: grid.sort });
    grid.say(`${shown.length} of ${rows.length} verdicts`);
  };
  search.addEventListener("input", update);
  update();
}
