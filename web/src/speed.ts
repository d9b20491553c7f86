// How fast something goes: over the last seconds, since what was before a pause says nothing.

const WINDOW = 4_000; // ms
const LEAST = 300; // ms below which a figure would be noise

export class Speed {
  private readonly seen: { at: number; sent: number }[] = [];

  restart(): void {
    this.seen.length = 0;
  }

  /** Bytes a second, now that so many are sent; 0 while it can't be told. */
  at(sent: number): number {
    const now = performance.now();
    this.seen.push({ at: now, sent });
    while (this.seen.length > 2 && (this.seen[0]?.at ?? now) < now - WINDOW) this.seen.shift();
    const first = this.seen[0];
    if (!first || now - first.at < LEAST) return 0;
    return (1_000 * (sent - first.sent)) / (now - first.at);
  }
}
