// A document that saves by itself, shows that it did, and shows what it will look like.
import { text } from "./texts";

const SAVE_AFTER = 1_500; // ms without a key
const SHOW_AFTER = 400;
const TRY_AGAIN = 5_000;

interface Outcome {
  version?: number;
  sentence?: string;
}

export function improveEditor(form: HTMLFormElement): void {
  const field = form.elements.namedItem("text");
  const base = form.elements.namedItem("base");
  const status = form.querySelector<HTMLElement>("[data-saved]");
  const shown = form.querySelector<HTMLElement>("[data-shown]");
  if (!(field instanceof HTMLTextAreaElement) || !(base instanceof HTMLInputElement) || !status || !shown) return;

  let saved = field.value;
  let timer = 0;
  let showing = 0;
  let busy = false;
  // Another's version is there: from now on only the writer decides, with the button.
  let stopped = document.querySelector("[data-conflict]") !== null;

  const say = (name: string, values: Record<string, string | number> = {}): void => {
    status.textContent = text(name, values);
  };

  async function save(): Promise<void> {
    if (busy || stopped || !(field instanceof HTMLTextAreaElement) || !(base instanceof HTMLInputElement) || !status) return;
    const sending = field.value;
    if (sending === saved) return;
    busy = true;
    say("saving");
    let again = TRY_AGAIN;
    try {
      const response = await fetch(form.action, {
        method: "POST",
        headers: { Accept: "application/json" },
        body: new URLSearchParams({ text: sending, base: base.value }),
        redirect: "error",
      });
      const outcome = (await response.json()) as Outcome;
      if (response.ok && outcome.version !== undefined) {
        base.value = String(outcome.version);
        saved = sending;
        say("saved", { version: outcome.version });
        again = SAVE_AFTER;
      } else if (response.status === 409) {
        stopped = true;
        status.textContent = outcome.sentence ?? text("conflict");
        form.querySelector<HTMLElement>("button:not([name])")?.focus();
      } else {
        status.textContent = outcome.sentence ?? text("not-saved");
      }
    } catch {
      say("not-saved");
    }
    busy = false;
    if (field.value !== saved) later(again);
  }

  function later(after: number): void {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void save(), after);
  }

  async function show(): Promise<void> {
    if (!(field instanceof HTMLTextAreaElement) || !shown || !form.dataset["preview"]) return;
    try {
      const response = await fetch(form.dataset["preview"], {
        method: "POST",
        body: new URLSearchParams({ text: field.value }),
        redirect: "error",
      });
      // Made by the server, in which nothing of the writer's can run; the page's policy allows no such script either.
      if (response.ok) shown.innerHTML = await response.text();
    } catch {
      // Only the preview is behind; the next key tries again.
    }
  }

  field.addEventListener("input", () => {
    if (!stopped) say("unsaved");
    later(SAVE_AFTER);
    window.clearTimeout(showing);
    showing = window.setTimeout(() => void show(), SHOW_AFTER);
  });
  form.addEventListener("submit", () => {
    stopped = true;
    saved = field.value;
  });
  window.addEventListener("beforeunload", (event) => {
    if (field.value !== saved) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") void save();
  });
}
