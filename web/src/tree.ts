// The Merkle tree of RFC 6962 §2.1, which grows and keeps no more than its right edge.
import type { Bytes } from "./strict";

export type { Bytes };

export async function sha256(...parts: Bytes[]): Promise<Bytes> {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", all));
}

export function leafHash(leaf: Bytes): Promise<Bytes> {
  return sha256(new Uint8Array([0]), leaf);
}

export function nodeHash(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(new Uint8Array([1]), left, right);
}

export class LogTree {
  size = 0;
  readonly #lone: (Bytes | undefined)[] = []; // of each level, the subtree that has none beside it yet

  /** Append leaves' hashes; many at a time, because each waits for the browser. */
  async append(leaves: Bytes[]): Promise<void> {
    let added = leaves;
    this.size += leaves.length;
    for (let level = 0; added.length; level += 1) {
      const lone = this.#lone[level];
      const all: Bytes[] = lone ? [lone, ...added] : added;
      this.#lone[level] = all.length % 2 ? all[all.length - 1] : undefined;
      const pairs: Promise<Bytes>[] = [];
      for (let at = 0; at + 1 < all.length; at += 2) pairs.push(nodeHash(all[at] as Bytes, all[at + 1] as Bytes));
      added = await Promise.all(pairs);
    }
  }

  async root(): Promise<Bytes> {
    let root: Bytes | undefined;
    for (const subtree of this.#lone) if (subtree) root = root ? await nodeHash(subtree, root) : subtree;
    return root ?? sha256();
  }
}
