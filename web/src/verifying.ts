// The page that checks receipts and exports. What is chosen or dropped stays in the browser.
import type { Kind, Line } from "./notes";
import { check } from "./proofs";
import { text } from "./texts";

const KINDS: Kind[] = ["proven", "fits", "open", "wrong", "unable"];

const form = document.querySelector<HTMLFormElement>("[data-verifying]");
const results = document.querySelector<HTMLElement>("[data-verified]");
const chooser = form?.querySelector<HTMLInputElement>("#files");
const believed = form?.querySelector<HTMLTextAreaElement>("#policy");

if (form && results && chooser && believed) {
  let last: File[] = [];
  let turn = 0;

  const run = async (): Promise<void> => {
    if (!last.length) {
      chooser.focus();
      return;
    }
    turn += 1;
    const mine = turn;
    const progress = document.createElement("p");
    results.replaceChildren(progress);
    let told = 0;
    const lines = await check(last, believed.value, (count) => {
      // Read out is the start, and then now and again, not each step.
      if (mine !== turn || count - told < 100_000) return;
      told = count;
      progress.textContent = text("checking", { count });
    });
    if (mine === turn) show(results, lines, last);
  };

  chooser.addEventListener("change", () => {
    last = [...(chooser.files ?? [])];
    void run();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run();
  });
  form.addEventListener("dragover", (event) => event.preventDefault());
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    last = [...(event.dataTransfer?.files ?? [])];
    void run();
  });
  document.querySelector<HTMLElement>("[data-without]")?.remove();
  form.hidden = false;
}

function show(where: HTMLElement, lines: Line[], files: File[]): void {
  const worst = KINDS.filter((kind) => lines.some((line) => line.kind === kind)).pop();
  const verdict = worst === "unable" ? "not-checked" : worst === "wrong" ? "not-fine" : "fine";
  const parts = [heading("h2", files.map((file) => file.name).join(", ")), paragraph(text(verdict))];
  for (const kind of [...KINDS].reverse().sort((one, other) => weight(one) - weight(other))) {
    const some = lines.filter((line) => line.kind === kind);
    if (!some.length) continue;
    const list = document.createElement("ul");
    for (const line of some) {
      const item = document.createElement("li");
      item.textContent = printable(text(line.name, line.values));
      list.append(item);
    }
    parts.push(heading("h3", text(kind)), list);
  }
  where.replaceChildren(...parts);
}

/** What is wrong stands first. */
function weight(kind: Kind): number {
  return kind === "wrong" || kind === "unable" ? 0 : KINDS.indexOf(kind) + 1;
}

function heading(level: string, words: string): HTMLElement {
  const made = document.createElement(level);
  made.textContent = printable(words);
  return made;
}

function paragraph(words: string): HTMLElement {
  const made = document.createElement("p");
  made.textContent = words;
  return made;
}

/** What can't be seen, or turns text around, as an escape. */
function printable(words: string): string {
  return words.replace(/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu, (one) => `\\u{${(one.codePointAt(0) ?? 0).toString(16)}}`);
}
