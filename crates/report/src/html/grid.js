// Tables that sort: a column's heading is a button, and only as many rows are drawn as are looked at.

/** More rows than these are drawn when they are asked for. */
const SHOWN_AT_FIRST = 100;
/** Where all are shown, those beyond the first are drawn so many at a time, so that nobody waits for the last. */
const DRAWN_AT_A_TIME = 500;

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

/**
 * A table within a figure of its own. A column is `{ label, key, fill, isNumber }`: `key` gives what a row is sorted by, and
 * `fill` puts a row's text into its cell. The first column names the row.
 */
class Grid {
  constructor(table, say, onSort = () => {}) {
    Object.assign(this, { table, say, onSort, sort: undefined, showsAll: false });
    this.more = element("button", { type: "button", className: "more" });
    this.more.addEventListener("click", () => this.showAll());
    table.after(this.more);
  }

  /** Shows rows; `sort` is `{ label, down }` or nothing, for the order in which they come. */
  show({ caption, columns, rows, sort }) {
    Object.assign(this, { columns, rows, sort, showsAll: false });
    this.table.replaceChildren(
      element("caption", { textContent: caption }),
      element("thead", {}, element("tr", {}, ...columns.map((column) => this.heading(column)))),
      element("tbody"),
    );
    this.draw();
  }

  heading(column) {
    const name = element("span", { className: "name", textContent: printable(column.label) });
    const button = element("button", { type: "button" }, name, element("span", { className: "arrow", ariaHidden: "true" }));
    button.addEventListener("click", () => this.sortBy(column));
    const cell = element("th", { scope: "col", className: column.isNumber ? "number" : "" }, button);
    column.cell = cell;
    return cell;
  }

  /** Numbers go from the largest first, texts from the smallest; then the other way, then as they came. */
  sortBy(column) {
    const first = Boolean(column.isNumber);
    if (this.sort?.label !== column.label) this.sort = { label: column.label, down: first };
    else this.sort = this.sort.down === first ? { label: column.label, down: !first } : undefined;
    this.draw();
    this.onSort(this.sort);
    const words = this.sort ? `sorted by ${column.label}, ${this.sort.down ? "descending" : "ascending"}` : "in the original order";
    this.say(`${this.rows.length} rows, ${words}`);
  }

  sorted() {
    const column = this.columns.find(({ label }) => label === this.sort?.label);
    if (!column) return this.rows;
    const direction = this.sort.down ? -1 : 1;
    const keyed = this.rows.map((row) => ({ row, key: column.key(row) }));
    const has = ({ key }) => key !== undefined && !Number.isNaN(key);
    const compare = ({ key: a }, { key: b }) => direction * (a < b ? -1 : Number(a > b));
    const known = keyed.filter(has).sort(compare);
    return [...known, ...keyed.filter((own) => !has(own))].map(({ row }) => row);
  }

  draw(atOnce = SHOWN_AT_FIRST) {
    for (const { cell, label } of this.columns) {
      const direction = this.sort?.down ? "descending" : "ascending";
      cell.ariaSort = this.sort?.label === label ? direction : "none";
    }
    const sorted = this.sorted();
    const body = this.table.tBodies[0];
    body.replaceChildren(...sorted.slice(0, atOnce).map((row) => this.row(row)));
    this.more.hidden = this.showsAll || sorted.length <= SHOWN_AT_FIRST;
    this.more.textContent = `Show all ${sorted.length} rows`;
    clearTimeout(this.waiting);
    const go = () => {
      const from = body.rows.length;
      if (from >= sorted.length) return;
      body.append(...sorted.slice(from, from + DRAWN_AT_A_TIME).map((row) => this.row(row)));
      this.waiting = setTimeout(go);
    };
    if (this.showsAll) this.waiting = setTimeout(go);
  }

  row(row) {
    const cells = this.columns.map((column, at) => {
      const cell = document.createElement(at === 0 ? "th" : "td");
      if (at === 0) cell.scope = "row";
      if (column.isNumber) cell.className = "number";
      column.fill(row, cell);
      return cell;
    });
    const made = document.createElement("tr");
    made.append(...cells);
    return made;
  }

  showAll() {
    const first = this.table.tBodies[0].rows.length;
    this.showsAll = true;
    this.draw(Infinity);
    // The button is gone: whoever pressed it goes on at the first new row.
    const row = this.table.tBodies[0].rows[first];
    if (row) {
      row.tabIndex = -1;
      row.focus();
    }
    this.say(`all ${this.rows.length} rows are shown`);
  }
}
