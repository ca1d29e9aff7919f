// Numbers as benchstat shows them: three digits at least, with a prefix.

const DECIMAL = [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"], [1, ""], [1e-3, "m"], [1e-6, "µ"], [1e-9, "n"]];
const BINARY = [[2 ** 40, "Ti"], [2 ** 30, "Gi"], [2 ** 20, "Mi"], [2 ** 10, "Ki"], [1, ""]];

/** One scale for several values: that of the one nearest to zero, zeros aside. */
function scaleOf(values, binary) {
  const sizes = values.map(Math.abs).filter((value) => value !== 0);
  if (sizes.length === 0) return { factor: 1, prefix: "", decimals: 3 };
  const least = Math.min(...sizes);
  const steps = binary ? BINARY : DECIMAL;
  for (const [factor, prefix] of steps) {
    const at = [99.995, 9.9995, 0.99995].findIndex((from) => least >= from * factor);
    if (at >= 0) return { factor, prefix, decimals: at + 1 };
  }
  const [factor, prefix] = steps.at(-1);
  let decimals = 3;
  while (decimals < 10 && least / factor < 9.9995 * 10 ** (2 - decimals)) decimals++;
  return { factor, prefix, decimals };
}

/** With some decimals; what lies in the middle goes to the even neighbour. */
function fixed(value, decimals) {
  const scaled = value * 10 ** decimals;
  const isMiddle = Math.abs(scaled % 1) === 0.5 && Number.isInteger(value * 2 ** (decimals + 1));
  if (!isMiddle) return value.toFixed(decimals);
  const below = Math.floor(scaled);
  return ((below % 2 === 0 ? below : below + 1) / 10 ** decimals).toFixed(decimals);
}

const scaled = (value, { factor, prefix, decimals }) => fixed(value / factor, decimals) + prefix;

/** How far an interval reaches from its center. */
function spread({ center, low, high }) {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "∞";
  if (Math.sign(center) !== Math.sign(low) || Math.sign(center) !== Math.sign(high)) return "?";
  const part = center === 0 ? 0 : Math.max(high / center - 1, 1 - low / center);
  return `${fixed(100 * part, 0)}%`;
}

function percent(share) {
  const text = fixed(100 * share, 2);
  return `${text.startsWith("-") ? "" : "+"}${text}%`;
}

/** A change as in benchstat's tables: `-10.00%`, `~`, `0.00%`, `?` from zero. */
function changeText({ from, to, isSeen, change }) {
  if (!isSeen) return "~";
  if (from === to) return "0.00%";
  return from === 0 ? "?" : percent(change);
}

/** What the change rests on: `p=0.002 n=6+7`. */
function basisText({ p }, sizes) {
  const [base, own] = sizes;
  const n = base === own ? `n=${base}` : `n=${base}+${own}`;
  return p === 0 ? n : `p=${fixed(p, 3)} ${n}`;
}

/** A text in which characters that turn or control others, or are seen as nothing, are shown as escapes; not those within an emoji. */
function printable(text) {
  const emoji = /(?!\p{ASCII})\p{Emoji}[\ufe0e\ufe0f]?/u.source;
  const hidden = /[\p{Cc}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u.source;
  const either = new RegExp(`${emoji}(?:\\u200d${emoji})*|(${hidden})`, "gu");
  return text.replace(either, (all, c) => (c === undefined ? all : `\\u{${c.codePointAt(0).toString(16)}}`));
}
