// What is signed of a log, by whom, and what leads to it; and how findings are said.
import { type Bytes, bytesOf, hex, refuse, same, unbase64 } from "./strict";
import { leafHash, nodeHash, sha256 } from "./tree";

export type Kind = "proven" | "fits" | "open" | "wrong" | "unable";

/** A finding: the name of its sentence, and what stands in that. */
export interface Line {
  kind: Kind;
  name: string;
  values: Record<string, string>;
}

/** What is found makes all else worthless. */
export class Stop extends Error {
  constructor(readonly line: Line) {
    super(line.name);
  }
}

export interface Head {
  origin: string;
  size: bigint;
  root: Bytes;
  text: string; // what is signed
  lines: string[][]; // the signatures under it: a dash, a name, the key's id and the signature
}

export interface Key {
  name: string;
  kind: number;
  raw: Bytes;
}

export const LOG = "djmixersoft-log";
export const HEADS = "djmixersoft-heads";
export const SIGNATURE = 1; // kinds of Ed25519 key, as keys name them
export const COSIGNATURE = 4;
const LAST = 253_402_300_799n; // the end of the year 9999
const NUMBER = "(0|[1-9][0-9]{0,18})";
const HASH = "[A-Za-z0-9+/]{43}=";
const BASE64 = "[A-Za-z0-9+/]+={0,2}";
const NAME = "[^\\s+\\0-\\x20\\x7f\\x85]+";
const NOTE = new RegExp(`^(([a-z-]+/[0-9a-f]{32})\\n${NUMBER}\\n(${HASH})\\n)\\n((?:— ${NAME} ${BASE64}\\n){1,64})$`);
const PROOF = new RegExp(`^c2sp\\.org/tlog-proof@v1\\n(?:extra ${BASE64}\\n)?index ${NUMBER}\\n((?:${HASH}\\n){0,63})\\n`);
const VKEY = new RegExp(`^(${NAME})\\+([0-9a-f]{8})\\+(${BASE64})$`);

export function line(kind: Kind, name: string, values: Record<string, string | number | bigint> = {}): Line {
  return { kind, name, values: Object.fromEntries(Object.entries(values).map(([key, value]) => [key, String(value)])) };
}

export function wrong(name: string, values: Record<string, string | number | bigint> = {}): Stop {
  return new Stop(line("wrong", name, values));
}

async function rootBy(proof: Bytes[], leaf: Bytes, index: bigint, size: bigint): Promise<Bytes> {
  if (size <= 1n || !proof.length) return size === 1n && index === 0n && !proof.length ? leafHash(leaf) : refuse();
  const last = proof[proof.length - 1] ?? refuse();
  let half = 1n;
  while (half * 2n < size) half *= 2n;
  if (index < half) return nodeHash(await rootBy(proof.slice(0, -1), leaf, index, half), last);
  return nodeHash(last, await rootBy(proof.slice(0, -1), leaf, index - half, size - half));
}

export function headOf(note: string, kind: string): Head {
  const found = NOTE.exec(note.startsWith(`${kind}/`) ? note : "") ?? refuse();
  const [, signed = "", origin = "", size = "", root = "", lines = ""] = found;
  const split = lines.slice(0, -1).split("\n").map((one) => one.split(" "));
  return { origin, size: BigInt(size), root: unbase64(root, 32), text: signed, lines: split };
}

export async function placeOf(leaf: Bytes, proof: string, kind: string): Promise<[bigint, Head]> {
  const [whole, index = "", hashes = ""] = PROOF.exec(proof) ?? refuse();
  const head = headOf(proof.slice(whole.length), kind);
  const path = hashes.split("\n").filter(Boolean).map((one) => unbase64(one, 32));
  const root = await rootBy(path, leaf, BigInt(index), head.size);
  if (!same(root, head.root)) throw wrong("another-head", { origin: head.origin });
  return [BigInt(index), head];
}

async function keyId(name: string, kind: number, key: Bytes): Promise<Bytes> {
  return (await sha256(bytesOf(`${name}\n`), new Uint8Array([kind]), key)).slice(0, 4);
}

export async function keyOf(vkey: string, kind: number): Promise<Key> {
  const [, name = "", id = "", material = ""] = VKEY.exec(vkey) ?? refuse();
  const raw = unbase64(material, 33).slice(1);
  if (unbase64(material)[0] !== kind || hex(await keyId(name, kind, raw)) !== id) refuse();
  return { name, kind, raw };
}

/** When a key signed a head, in seconds since 1970 (0 for a log's own); each signature of the key must be right. */
export async function timesOf(head: Head, key: Key): Promise<bigint[]> {
  const id = await keyId(key.name, key.kind, key.raw);
  const refusal = wrong("wrong-signature", { name: key.name, origin: head.origin });
  const all = head.lines.filter(([, name]) => name === key.name).map(([, , made = ""]) => {
    try {
      return unbase64(made);
    } catch {
      throw refusal;
    }
  });
  const times: bigint[] = [];
  for (const made of all.filter((one) => same(one.slice(0, 4), id))) {
    const isOwn = key.kind === SIGNATURE;
    const time = isOwn ? 0n : BigInt(`0x0${hex(made.slice(4, 12))}`);
    const signed = isOwn ? head.text : `cosignature/v1\ntime ${time}\n${head.text}`;
    const verifier = await crypto.subtle.importKey("raw", key.raw, "Ed25519", false, ["verify"]);
    const isRight = await crypto.subtle.verify("Ed25519", verifier, made.slice(isOwn ? 4 : 12), bytesOf(signed));
    if (!isRight || time > LAST) throw refusal;
    times.push(time);
  }
  return times;
}
