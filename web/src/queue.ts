// What was chosen, in the order in which it goes up, some at once.
import type { Chosen } from "./dropping";
import { Row } from "./row";
import { text } from "./texts";
import type { Unfinished } from "./unfinished";

const AT_ONCE = 3;

export class Queue {
  private readonly rows: Row[] = [];
  private readonly list = document.createElement("ul");
  private readonly summary = document.createElement("p");
  private readonly clear = document.createElement("button");
  private running = 0;
  private fresh = 0; // how many are there since the list of the page was asked for anew

  constructor(
    private readonly form: HTMLFormElement,
    private readonly endpoint: string,
    private readonly unfinished: Unfinished,
  ) {
    this.list.className = "rows uploads";
    this.list.setAttribute("aria-label", text("uploads"));
    // One line tells readers of the page how it goes; each row's own would never be silent.
    this.summary.setAttribute("role", "status");
    this.summary.className = "uploads__summary";
    this.clear.type = "button";
    this.clear.className = "pad pad--small";
    this.clear.textContent = text("clear");
    this.clear.addEventListener("click", () => this.tidy());
    form.after(this.summary);
    window.addEventListener("beforeunload", (event) => {
      if (this.rows.some((row) => row.isOnItsWay)) event.preventDefault();
    });
  }

  add(chosen: Chosen[]): void {
    if (!chosen.length) return;
    const folder = this.form.elements.namedItem("folder");
    const parent = folder instanceof HTMLInputElement ? folder.value : "";
    for (const one of chosen) {
      const row = new Row(one, parent, this.endpoint, this.unfinished, this);
      // Chosen twice by mistake is sent once.
      if (this.rows.some((other) => other.isSame(row))) continue;
      this.rows.push(row);
      this.list.append(row.element);
    }
    this.summary.after(this.list);
    this.next();
  }

  say(sentence: string): void {
    this.summary.textContent = sentence;
  }

  /** A row waits for its turn, or for nothing more. */
  next(): void {
    for (const row of this.rows) {
      if (this.running >= AT_ONCE) break;
      if (row.isWaiting) {
        this.running += 1;
        row.start();
      }
    }
    this.tell();
  }

  /** A row stopped running, for whatever reason. */
  stopped(isDone = false): void {
    this.running -= 1;
    if (isDone) this.fresh += 1;
    this.next();
    if (this.fresh && !this.running) {
      this.fresh = 0;
      document.dispatchEvent(new CustomEvent("uploaded"));
    }
  }

  /** Take a row out, and give what had the focus in it to its neighbour. */
  drop(row: Row): void {
    const at = this.rows.indexOf(row);
    const hadFocus = row.element.contains(document.activeElement);
    this.rows.splice(at, 1);
    row.element.remove();
    const neighbour = this.rows[Math.min(at, this.rows.length - 1)]?.element.querySelector<HTMLElement>("button:not([hidden])");
    if (hadFocus) (neighbour ?? this.picker)?.focus();
    this.tell();
  }

  private tidy(): void {
    for (const row of this.rows.filter((one) => one.isDone)) this.drop(row);
    this.picker?.focus();
  }

  private get picker(): HTMLElement | null {
    return this.form.querySelector<HTMLElement>("input[type=file]");
  }

  private tell(): void {
    const done = this.rows.filter((row) => row.isDone).length;
    const failed = this.rows.filter((row) => row.hasFailed).length;
    const sentences = [text("summary", { done, all: this.rows.length })];
    if (failed) sentences.push(text("summary-failed", { n: failed }));
    this.say(this.rows.length ? sentences.join(" ") : "");
    if (done) this.list.after(this.clear);
    else this.clear.remove();
    if (!this.rows.length) this.list.remove();
  }
}
