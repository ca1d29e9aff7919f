// benchstat's two small languages: filters, which choose results, and projections, which arrange them.
// The grammar is that of crates/benchstat/src/expression; regular expressions are the browser's.

class ExpressionError extends Error {}

/** Splits an expression into words and signs; a slash starts a regular expression where a value is expected. */
class Lexer {
  constructor(text) {
    this.text = text;
    this.at = 0;
  }

  skip() {
    while (this.at < this.text.length && /\s/u.test(this.text[this.at])) this.at++;
    return this.at;
  }

  fail(message, at = this.at) {
    return new ExpressionError(`${message}, at character ${at + 1}`);
  }

  next(value = false) {
    const start = this.skip();
    const sign = this.text[start];
    if (sign === undefined) return { kind: "end", start };
    if ("():@,-*".includes(sign)) {
      this.at++;
      return { kind: sign, start };
    }
    if (sign === "/" && value) return this.regex(start);
    if (sign === '"') return this.quoted(start);
    while (this.at < this.text.length && !/[\s():@,]/u.test(this.text[this.at])) this.at++;
    const word = this.text.slice(start, this.at);
    return word === "AND" || word === "OR" ? { kind: word, start } : { kind: "word", word, start };
  }

  peek() {
    const start = this.skip();
    const token = this.next();
    this.at = start;
    return token;
  }

  quoted(start) {
    let end = start + 1;
    while (end < this.text.length && (this.text[end] !== '"' || this.text[end - 1] === "\\")) end++;
    if (end >= this.text.length) throw this.fail("missing end quote", start);
    this.at = end + 1;
    return { kind: "word", word: this.unescaped(this.text.slice(start + 1, end), start), start };
  }

  unescaped(text, start) {
    const simple = { a: "\x07", b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "\\": "\\", '"': '"' };
    const escape = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|([^]))?/gu;
    return text.replace(escape, (_, x, u, long, octal, one) => {
      const hex = x ?? u ?? long;
      if (hex !== undefined || octal !== undefined) {
        const code = hex === undefined ? parseInt(octal, 8) : parseInt(hex, 16);
        if (code <= 0x10ffff) return String.fromCodePoint(code);
      }
      if (one === undefined || !(one in simple)) throw this.fail("bad escape sequence", start);
      return simple[one];
    });
  }

  regex(start) {
    let brackets = 0;
    let parentheses = 0;
    let end = start + 1;
    for (; end < this.text.length; end++) {
      const c = this.text[end];
      if (c === "\\") end++;
      else if (c === "/" && brackets === 0 && parentheses === 0) break;
      else if (c === "[") brackets++;
      else if (c === "]") brackets = Math.max(0, brackets - 1);
      else if (c === "(" && brackets === 0) parentheses++;
      else if (c === ")" && brackets === 0) parentheses--;
    }
    if (end >= this.text.length) throw this.fail('missing close "/"', start);
    this.at = end + 1;
    try {
      return { kind: "regex", regex: new RegExp(this.text.slice(start + 1, end), "u"), start };
    } catch (error) {
      throw this.fail(error.message, start);
    }
  }
}

/** A function that says of a result and a unit whether the filter keeps the measurement. */
function parseFilter(text) {
  const lexer = new Lexer(text);
  const filter = anyOf(lexer);
  const rest = lexer.next();
  if (rest.kind !== "end") throw lexer.fail("unexpected sign", rest.start);
  return filter;
}

function anyOf(lexer) {
  const terms = [allOf(lexer)];
  while (lexer.peek().kind === "OR") {
    lexer.next();
    terms.push(allOf(lexer));
  }
  return (result, unit) => terms.some((term) => term(result, unit));
}

function allOf(lexer) {
  const terms = [term(lexer)];
  for (;;) {
    const { kind, start } = lexer.peek();
    if (kind === "AND") {
      lexer.next();
      terms.push(term(lexer));
    } else if (["word", "(", "-", "*"].includes(kind)) terms.push(term(lexer));
    else if (["OR", "end", ")"].includes(kind)) {
      return (result, unit) => terms.every((own) => own(result, unit));
    } else throw lexer.fail("unexpected sign", start);
  }
}

function term(lexer) {
  const token = lexer.next();
  if (token.kind === "(") {
    const inner = anyOf(lexer);
    const close = lexer.next();
    if (close.kind !== ")") throw lexer.fail('missing ")"', close.start);
    return inner;
  }
  if (token.kind === "-") {
    const inner = term(lexer);
    return (result, unit) => !inner(result, unit);
  }
  if (token.kind === "*") return () => true;
  if (token.kind !== "word") throw lexer.fail("expected key:value or subexpression", token.start);
  if (lexer.next().kind !== ":") throw lexer.fail("expected key:value", token.start);
  const patterns = values(lexer, token.start);
  const key = token.word;
  if (key === "") throw lexer.fail("key must not be empty", token.start);
  if (key === ".config") throw lexer.fail(".config is only allowed in projections", token.start);
  const matches = (value) => patterns.some((pattern) => pattern(value));
  if (key === ".unit") return (_, unit) => matches(unit);
  return (result) => matches(valueOf(result, key));
}

function values(lexer, start) {
  const pattern = ({ kind, word, regex }) => {
    if (kind === "word") return (value) => value === word;
    return kind === "regex" ? (value) => regex.test(value) : undefined;
  };
  const first = lexer.next(true);
  if (first.kind !== "(") {
    const only = pattern(first);
    if (!only) throw lexer.fail("expected key:value", start);
    return [only];
  }
  const patterns = [];
  for (;;) {
    const token = lexer.next(true);
    const own = pattern(token);
    if (!own) throw lexer.fail("expected value", token.start);
    patterns.push(own);
    const after = lexer.next(true);
    if (after.kind === ")") return patterns;
    if (after.kind !== "OR") throw lexer.fail("value list must be separated by OR", after.start);
  }
}

/** The fields of a projection: `{ key, order, words }`. */
function parseProjection(text) {
  const lexer = new Lexer(text);
  const fields = [];
  for (;;) {
    const ahead = lexer.peek();
    if (ahead.kind === "end") return fields;
    if (ahead.kind === "," && fields.length > 0) lexer.next();
    const token = lexer.next();
    if (token.kind !== "word") throw lexer.fail("expected key", token.start);
    if (token.word === "") throw lexer.fail("key must not be empty", token.start);
    if (token.word === ".unit") throw lexer.fail(".unit is only allowed in filters", token.start);
    const field = { key: token.word, order: "first", words: [] };
    if (lexer.peek().kind === "@") {
      lexer.next();
      order(lexer, field);
    }
    fields.push(field);
  }
}

function order(lexer, field) {
  const token = lexer.next();
  if (token.kind === "word" && ["first", "alpha", "num", "fixed"].includes(token.word)) {
    field.order = token.word;
    return;
  }
  if (token.kind === "word") throw lexer.fail(`unknown order ${token.word}`, token.start);
  if (token.kind !== "(") throw lexer.fail("expected named sort order or parenthesized list", token.start);
  if (field.key === ".config") throw lexer.fail("fixed order not allowed for .config", token.start);
  field.order = "fixed";
  for (;;) {
    const word = lexer.next();
    if (word.kind === "word") field.words.push(word.word);
    else if (word.kind === ")" && field.words.length > 0) return;
    else throw lexer.fail(word.kind === ")" ? "nothing to match" : "missing )", word.start);
  }
}
