// What the ledger gave out, checked in the browser as verifier/ledger_verify.py does it: the same findings in the same
// order. Nothing is asked of a server. The forms: RFC 6962 (the tree), c2sp.org (signed-note, tlog-*).
import { HEADS, type Head, LOG, type Line, Stop, headOf, line, placeOf, wrong } from "./notes";
import { asPolicy, checkPolicy } from "./quorum";
import { type Bytes, type Json, Malformed, bytesOf, hex, isJsonObject, parse, refuse, same, unbase64 } from "./strict";
import { LogTree, leafHash, sha256 } from "./tree";

interface Opened {
  file: File;
  head: Head;
  data: Map<string, Json>;
  rest: number; // where an export's entries begin, or 0
}

type Roots = Map<bigint, Bytes>;

const RECEIPT = "djmixersoft-receipt/v1";
const EXPORT = "djmixersoft-export/v1";
const LONGEST_LINE = 1 << 20; // bytes
const LONGEST_FIRST = 1 << 24;
const AT_ONCE = 4_096; // entries
const PREFIX = bytesOf("djmixersoft/leaf/v1\0");

function text(data: Map<string, Json>, name: string): string {
  const found = data.get(name);
  return typeof found === "string" ? found : refuse();
}

/** Of an entry's words and salt, or as it stands where these are erased. */
async function leafOf(row: Map<string, Json>): Promise<Bytes> {
  if ((row.get("entry") ?? null) === null) {
    const leaf = unbase64(text(row, "leaf"), 33);
    return leaf[0] === 1 ? leaf : refuse();
  }
  const hash = await sha256(PREFIX, unbase64(text(row, "salt"), 32), bytesOf(text(row, "entry")));
  return new Uint8Array([1, ...hash]);
}

async function checkSeal(head: Head, proof: string, policy: string, found: Line[]): Promise<Head> {
  const [index, heads] = await placeOf(bytesOf(head.text), proof, HEADS);
  found.push(line("proven", "sealed", { size: head.size, number: index + 1n, all: heads.size, origin: heads.origin }));
  if (policy) {
    await checkPolicy(policy, head, heads, found);
  } else {
    const [, name = "", made = ""] = heads.lines[0] ?? [];
    found.push(line("open", "no-key", { key: `${name}+${hex(unbase64(made.slice(0, 8)).slice(0, 4))}` }));
  }
  return heads;
}

async function checkReceipt(data: Map<string, Json>, found: Line[]): Promise<Roots> {
  const leaf = await leafOf(data);
  const entry = data.get("entry") ?? null;
  const names = [...data.keys()].filter((name) => name !== "leaf").sort();
  if (names.join() !== "entry,format,head,proof,salt" || (entry === null) !== (data.get("salt") === null)) refuse();
  if (data.has("leaf") && !same(leaf, unbase64(text(data, "leaf")))) throw wrong("another-leaf");
  const [index, head] = await placeOf(leaf, text(data, "proof"), LOG);
  const place = { number: index + 1n, size: head.size, origin: head.origin, index };
  if (entry === null) {
    found.push(line("open", "gone"), line("proven", "place", place));
  } else {
    const told = parse(text(data, "entry"));
    if (!isJsonObject(told)) refuse();
    const words = [...told].map(([name, value]) =>
      typeof value === "string" || typeof value === "bigint" ? `${name}: ${value}` : refuse(),
    );
    found.push(words.length ? line("proven", "entry", { ...place, words: words.join(", ") }) : line("proven", "place", place));
  }
  return new Map([[head.size, head.root]]);
}

/** Tells which earlier entry an entry says was erased, if it is one that says so. */
function erasedBy(entry: string): Json | undefined {
  if (!entry.includes("ledger:entry:erased")) return undefined;
  const said = parse(entry);
  if (!isJsonObject(said) || !said.has("action")) return refuse();
  if (said.get("action") !== "ledger:entry:erased") return undefined;
  return said.get("index") ?? refuse();
}

async function checkExport(opened: Opened, mark: bigint, found: Line[], progress: (count: number) => void): Promise<Roots> {
  const { head, file, rest } = opened;
  const roots: Roots = new Map([[head.size, head.root]]);
  const tree = new LogTree();
  const unnamed = new Set<bigint>();
  let erased = 0;
  let count = 0;
  let waiting: Promise<Bytes>[] = [];
  const settle = async (): Promise<void> => {
    const hashes = (await Promise.allSettled(waiting)).map((one) => {
      if (one.status === "rejected") throw one.reason; // that of the first line, whichever was first to be found
      return one.value;
    });
    waiting = [];
    await tree.append(hashes);
    progress(count);
  };
  const take = async (raw: Bytes): Promise<Bytes> => {
    const row = parse(utf8(raw));
    if (!isJsonObject(row)) refuse();
    const names = [...row.keys()].sort().join();
    if (names === "erased,leaf" && row.get("erased") === true) {
      erased += 1;
      unnamed.add(BigInt(count));
    } else if (names !== "entry,salt" || row.get("entry") === null) {
      refuse();
    } else {
      const index = erasedBy(text(row, "entry"));
      if (typeof index === "bigint") unnamed.delete(index);
    }
    return leafHash(await leafOf(row));
  };
  const lines = linesOf(file, rest);
  for (; BigInt(count) < head.size; count += 1) {
    if (BigInt(count) === mark) {
      await settle();
      roots.set(mark, await tree.root());
    }
    const next = await lines.next();
    if (next.done) {
      await settle();
      throw wrong("too-few", { count, size: head.size });
    }
    const place = count + 2;
    waiting.push(take(next.value).catch((error: unknown) => {
      throw error instanceof Malformed ? wrong("bad-line", { line: place }) : error;
    }));
    // Whether what was read so far is well formed is known before more is read.
    if (waiting.length === AT_ONCE) await settle();
  }
  await settle();
  if (!same(await tree.root(), head.root) || !(await lines.next()).done) throw wrong("other-entries");
  found.push(line("proven", "complete", { size: head.size, origin: head.origin }));
  if (erased) found.push(line("proven", "erased", { count: erased }));
  if (unnamed.size) {
    const first = [...unnamed].reduce((least, one) => (one < least ? one : least));
    found.push(line("wrong", "unnamed", { count: unnamed.size, index: first }));
  }
  return roots;
}

function compare(head: Head, kept: Map<string, Head>, roots: Roots, found: Line[]): void {
  const old = kept.get(head.origin);
  kept.set(head.origin, head);
  if (!old) return;
  if (head.size < old.size) throw wrong("smaller", { origin: head.origin, size: head.size, old: old.size });
  const now = roots.get(old.size);
  if (now && !same(now, old.root)) throw wrong("rewritten", { origin: head.origin, old: old.size });
  found.push(line(now ? "proven" : "open", now ? "grew" : "unseen", { origin: head.origin, old: old.size }));
  if (!now && !head.origin.startsWith(HEADS)) kept.set(head.origin, old);
}

function utf8(raw: Bytes): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(raw);
  } catch {
    return refuse();
  }
}

/** The lines of a file from a place on, each with its end; none is longer than the longest. */
async function* linesOf(file: Blob, start: number, longest = LONGEST_LINE): AsyncGenerator<Bytes, void> {
  const reader = file.slice(start).stream().getReader();
  let held: Bytes = new Uint8Array();
  for (;;) {
    const { value, done } = await reader.read();
    if (value) {
      const all = new Uint8Array(held.length + value.length);
      all.set(held);
      all.set(value, held.length);
      let from = 0;
      for (let end = all.indexOf(10); end >= 0; end = all.indexOf(10, from)) {
        yield all.slice(from, Math.min(end + 1, from + longest));
        from = end + 1;
      }
      held = all.slice(from);
    }
    if (done || held.length > longest) break;
  }
  await reader.cancel();
  if (held.length) yield held.slice(0, longest);
}

async function opened(file: File): Promise<Opened> {
  try {
    const first = (await linesOf(file, 0, LONGEST_FIRST).next()).value ?? refuse();
    const isExport = new TextDecoder().decode(first).includes(EXPORT);
    if (!isExport && file.size > first.length + LONGEST_LINE) refuse();
    const raw = isExport ? first : new Uint8Array(await file.arrayBuffer());
    const data = parse(utf8(raw));
    if (!isJsonObject(data)) refuse();
    const format = data.get("format");
    if (format === EXPORT) return { file, head: headOf(text(data, "checkpoint"), LOG), data, rest: first.length };
    if (format !== RECEIPT || file.size > raw.length) refuse();
    const proof = text(data, "proof");
    return { file, head: headOf(proof.slice(proof.indexOf("\n\n") + 2), LOG), data, rest: 0 };
  } catch (error) {
    if (error instanceof Malformed) throw new Stop(line("unable", "unknown", { file: file.name }));
    throw error;
  }
}

async function checkAll(files: File[], policy: string, found: Line[], progress: (count: number) => void): Promise<void> {
  const all = await Promise.all(files.map(opened));
  if (new Set(all.map((one) => one.head.origin)).size > 1) throw wrong("other-log");
  const kept = new Map<string, Head>();
  const seals: Head[] = [];
  all.sort((one, other) => (one.head.size < other.head.size ? -1 : Number(one.head.size > other.head.size)));
  for (const one of all) {
    const mark = kept.get(one.head.origin)?.size ?? one.head.size;
    const roots = one.rest ? await checkExport(one, mark, found, progress) : await checkReceipt(one.data, found);
    seals.push(await checkSeal(one.head, text(one.data, "head"), policy, found));
    compare(one.head, kept, roots, found);
  }
  seals.sort((one, other) => (one.size < other.size ? -1 : Number(one.size > other.size)));
  for (const heads of seals) compare(heads, kept, new Map([[heads.size, heads.root]]), found);
  found.push(line("open", "everything"), line("open", "whose"));
}

/** Check receipts and exports of one log; `believed`: a policy, a key, or "". Nothing in a file makes this fail. */
export async function check(files: File[], believed: string, progress: (count: number) => void = () => {}): Promise<Line[]> {
  const found: Line[] = [];
  const policy = asPolicy(believed);
  try {
    await checkAll(files, policy, found, progress);
  } catch (error) {
    if (error instanceof Stop) return [error.line];
    if (error instanceof Malformed) return [line("wrong", "malformed")];
    if (error instanceof DOMException && error.name === "NotSupportedError") return [line("unable", "no-ed25519")];
    if (error instanceof DOMException) return [line("unable", "unreadable")];
    throw error;
  }
  return policy ? found : found.map((one) => (one.kind === "proven" ? { ...one, kind: "fits" } : one));
}
