// Whom a verifier believes: the ledger's key, and the witnesses who must have cosigned (c2sp.org/tlog-policy).
import { COSIGNATURE, type Head, type Key, type Line, SIGNATURE, Stop, keyOf, line, timesOf, wrong } from "./notes";
import { Malformed, hex, refuse } from "./strict";

/** A policy that names a key alone may be that key. */
export function asPolicy(given: string): string {
  const text = given.trim();
  return text && !/\s/.test(text) ? `log ${text}\nquorum none` : text;
}

interface Asked {
  keys: Key[];
  known: Set<string>; // names that a line may use
  members: string[]; // of all groups
  seen: Set<string>; // witnesses who cosigned, and groups that enough of did
  quorum: string;
  isSigned: boolean;
}

/** That both heads are signed by the policy's log, and the second cosigned as it asks. */
export async function checkPolicy(policy: string, head: Head, heads: Head, found: Line[]): Promise<void> {
  try {
    await check(policy, head, heads, found);
  } catch (error) {
    throw error instanceof Malformed ? new Stop(line("unable", "bad-key")) : error;
  }
}

async function check(policy: string, head: Head, heads: Head, found: Line[]): Promise<void> {
  const asked: Asked = {
    keys: [], known: new Set(["none"]), members: ["none"], seen: new Set(["none"]), quorum: "", isSigned: false,
  };
  for (const written of policy.split("\n")) {
    const words = /^[ \t]*#/.test(written) ? [] : written.split(/[ \t]+/).filter(Boolean);
    if (words.length) await take(words, asked, head, heads, found);
  }
  const { keys, members, quorum, seen } = asked;
  const isUnique = new Set(keys.map(({ raw }) => hex(raw))).size === keys.length && new Set(members).size === members.length;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  if (!quorum || !isUnique || /[\0-\x08\x0b-\x1f\x7f]/.test(policy)) refuse();
  if (!asked.isSigned) throw wrong("not-signed", { origin: head.origin, heads: heads.origin });
  if (quorum === "none") found.push(line("open", "no-quorum"));
  else found.push(seen.has(quorum) ? line("proven", "quorum") : line("wrong", "too-few-witnesses"));
}

async function take(words: string[], asked: Asked, head: Head, heads: Head, found: Line[]): Promise<void> {
  const { keys, known, members, seen } = asked;
  const [what, name = "", third = "", ...more] = words;
  if (what === "log" && name && words.length <= 3) {
    const key = await keyOf(name, SIGNATURE);
    keys.push(key);
    if (key.name !== heads.origin) return;
    // The log of an account is signed by the same key, under its own name.
    for (const one of [heads, head]) {
      if (!(await timesOf(one, { ...key, name: one.origin })).length) return;
    }
    asked.isSigned = true;
    found.push(line("proven", "signed", { key: name }));
  } else if (what === "witness" && third && more.length <= 1 && !known.has(name)) {
    const key = await keyOf(third, COSIGNATURE);
    keys.push(key);
    known.add(name);
    const times = await timesOf(heads, key);
    if (!times.length) return;
    seen.add(name);
    const last = times.reduce((latest, one) => (one > latest ? one : latest));
    const at = new Date(Number(last) * 1000).toISOString().slice(0, 19).replace("T", " ");
    found.push(line("proven", "witnessed", { name, at }));
  } else if (what === "group" && third && !known.has(name) && more.every((one) => known.has(one))) {
    const count = third === "any" ? 1 : third === "all" ? more.length : /^[0-9]+$/.test(third) ? Number(third) : refuse();
    if (count < 1 || count > more.length) refuse();
    members.push(...more);
    known.add(name);
    if (new Set(more.filter((one) => seen.has(one))).size >= count) seen.add(name);
  } else if (what === "quorum" && words.length === 2 && !asked.quorum && known.has(name)) {
    asked.quorum = name;
  } else {
    refuse();
  }
}
