// JSON and Base64 as the ledger writes them, and nothing that could be read in two ways.

export type Bytes = Uint8Array<ArrayBuffer>;
export type Json = null | boolean | bigint | string | Json[] | Map<string, Json>;

/** Something isn't formed as it must be; whoever asked for it has the sentence. */
export class Malformed extends Error {}

export function refuse(): never {
  throw new Malformed();
}

export function isJsonObject(value: Json): value is Map<string, Json> {
  return value instanceof Map;
}

/** UTF-8. Fails for half a character. */
export function bytesOf(text: string): Bytes {
  if (/\p{Surrogate}/u.test(text)) refuse();
  return new TextEncoder().encode(text);
}

export function same(one: Bytes, other: Bytes): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at]);
}

export function hex(bytes: Bytes): string {
  return [...bytes].map((one) => one.toString(16).padStart(2, "0")).join("");
}

export function base64(bytes: Bytes): string {
  return btoa(String.fromCharCode(...bytes));
}

/** The bytes of which this is the one Base64; so many, if it is said. */
export function unbase64(text: string, size?: number): Bytes {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) refuse();
  const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
  return base64(bytes) === text && (size === undefined || bytes.length === size) ? bytes : refuse();
}

const DEEPEST = 100;
const SPACE = /[ \t\n\r]*/y;
const INTEGER = /-?(?:0|[1-9][0-9]{0,4299})(?![0-9.eE])/y;
const WORDS: [string, Json][] = [["true", true], ["false", false], ["null", null]];

/** JSON in which no name stands twice in an object, and all numbers are integers. */
export function parse(text: string): Json {
  let at = 0;

  function skip(pattern: RegExp): string {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  }

  function next(character: string): boolean {
    skip(SPACE);
    if (text[at] !== character) return false;
    at += 1;
    return true;
  }

  function string(): string {
    let end = at;
    for (let escapes = 1; escapes % 2; ) {
      end = text.indexOf('"', end + 1);
      if (end < 0) return refuse();
      for (escapes = 0; text[end - 1 - escapes] === "\\"; ) escapes += 1;
    }
    const quoted = text.slice(at, end + 1);
    at = end + 1;
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return refuse();
    }
  }

  function value(depth: number): Json {
    skip(SPACE);
    if (depth > DEEPEST) refuse();
    if (text[at] === '"') return string();
    if (next("{")) return object(depth);
    if (next("[")) return list(depth);
    for (const [word, meant] of WORDS) {
      if (text.startsWith(word, at)) {
        at += word.length;
        return meant;
      }
    }
    const number = skip(INTEGER);
    return number ? BigInt(number) : refuse();
  }

  function object(depth: number): Json {
    const found = new Map<string, Json>();
    if (next("}")) return found;
    do {
      skip(SPACE);
      if (text[at] !== '"') refuse();
      const name = string();
      if (found.has(name) || !next(":")) refuse();
      found.set(name, value(depth + 1));
    } while (next(","));
    return next("}") ? found : refuse();
  }

  function list(depth: number): Json {
    const found: Json[] = [];
    if (next("]")) return found;
    do found.push(value(depth + 1));
    while (next(","));
    return next("]") ? found : refuse();
  }

  const found = value(0);
  skip(SPACE);
  return at === text.length ? found : refuse();
}
