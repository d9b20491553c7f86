// A file as it is read while it is sent. Browsers read on, without a word, in a file that changes meanwhile.
import type { FileSource, SliceResult } from "tus-js-client";

const LAST = 65_536; // bytes that are sent by themselves, once it is known that all before were of the same file

export class Unreadable extends Error {}

/** Gives a file's parts, and fails where the file isn't any more what was chosen. */
export function source(file: File): FileSource {
  const last = Math.max(0, file.size - LAST);
  return {
    size: file.size,
    async slice(start: number, end: number): Promise<SliceResult> {
      const to = Math.min(end, start < last ? last : file.size);
      // Opening it is what makes the browser compare its time of change.
      await file
        .slice(start, Math.min(start + 1, file.size))
        .arrayBuffer()
        .catch(() => Promise.reject(new Unreadable()));
      return { value: file.slice(start, to), done: to >= file.size };
    },
    close(): void {
      // Nothing is kept open.
    },
  };
}
