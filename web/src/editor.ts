// A document that saves by itself, shows that it did, and shows what it will look like.
import { showPreview } from "./preview";
import { text } from "./texts";
import { showTheirs } from "./theirs";
import type { Theirs } from "./theirs";

const SAVE_AFTER = 1_500; // ms without a key
const TRY_AGAIN = 5_000;
const MOST_KEPT_ALIVE = 60_000; // bytes; browsers send on up to 64 KiB for a page that is gone

interface Outcome extends Partial<Theirs> {
  sentence?: string;
}

export function improveEditor(form: HTMLFormElement): void {
  const field = form.elements.namedItem("text");
  const base = form.elements.namedItem("base");
  const status = form.querySelector<HTMLElement>("[data-saved]");
  if (!(field instanceof HTMLTextAreaElement) || !(base instanceof HTMLInputElement) || !status) return;
  new Editor(form, field, base, status);
  showPreview(form, field);
}

class Editor {
  private saved: string | undefined; // what the server has; unknown where the page came back with what it refused
  private timer = 0;
  private busy = false;
  // Another's version is there: from now on only the writer decides, with the button.
  private stopped = document.querySelector("[data-conflict]") !== null;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly field: HTMLTextAreaElement,
    private readonly base: HTMLInputElement,
    private readonly status: HTMLElement,
  ) {
    this.saved = "unsaved" in form.dataset ? undefined : field.value;
    if (this.saved === undefined) this.later(SAVE_AFTER);
    field.addEventListener("input", () => {
      if (!this.stopped) this.say(text("unsaved"));
      this.later(SAVE_AFTER);
    });
    // Sent as a page, the text would be gone where the connection is.
    form.addEventListener("submit", (event) => {
      if (event.submitter?.hasAttribute("name")) return;
      event.preventDefault();
      void this.save(true);
    });
    form.addEventListener("keydown", (event) => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
      event.preventDefault();
      void this.save(true);
    });
    window.addEventListener("beforeunload", (event) => {
      if (this.isUnsaved) event.preventDefault();
    });
    window.addEventListener("online", () => void this.save());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") void this.save();
    });
  }

  private get isUnsaved(): boolean {
    return this.field.value !== this.saved;
  }

  private say(sentence: string, isTrouble = false): void {
    this.status.textContent = sentence;
    this.status.toggleAttribute("data-trouble", isTrouble);
  }

  private later(after: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.save(), after);
  }

  private async save(isAsked = false): Promise<void> {
    if (this.busy || (this.stopped && !isAsked)) return;
    if (!this.isUnsaved) {
      if (isAsked) this.say(text("saved", { version: this.base.value }));
      return;
    }
    window.clearTimeout(this.timer);
    this.busy = true;
    this.say(text("saving"));
    const sending = this.field.value;
    let again = TRY_AGAIN;
    try {
      const response = await this.send(sending);
      const outcome = await outcomeOf(response);
      if (response.ok && outcome.version !== undefined) {
        this.accepted(sending, outcome.version);
        again = SAVE_AFTER;
      } else if (isAsked && (response.status === 409 || response.status === 401)) {
        this.sendAsPage();
        return;
      } else if (response.status === 409) {
        this.stopped = true;
        showTheirs(this.form, outcome);
        this.say(text("conflict"), true);
      } else {
        this.say(outcome.sentence ?? sentenceFor(response.status), true);
      }
    } catch {
      this.say(text("not-saved"), true);
    } finally {
      this.busy = false;
    }
    if (this.isUnsaved && !this.stopped) this.later(again);
  }

  private send(sending: string): Promise<Response> {
    const body = new URLSearchParams({ text: sending, base: this.base.value });
    return fetch(this.form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body,
      redirect: "error",
      keepalive: document.visibilityState === "hidden" && body.toString().length < MOST_KEPT_ALIVE,
    });
  }

  private accepted(sent: string, version: number): void {
    this.base.value = String(version);
    this.saved = sent;
    this.stopped = false;
    for (const over of document.querySelectorAll("[data-conflict], [data-until-saved]")) over.remove();
    this.say(text("saved", { version }));
  }

  /** The page that comes then shows both texts, or lets the writer sign in with theirs kept. */
  private sendAsPage(): void {
    this.saved = this.field.value;
    this.form.submit();
  }
}

async function outcomeOf(response: Response): Promise<Outcome> {
  if (!response.headers.get("Content-Type")?.startsWith("application/json")) return {};
  return (await response.json()) as Outcome;
}

function sentenceFor(status: number): string {
  if (status === 401) return text("document-signed-out");
  return text(status === 404 ? "document-gone" : "not-saved");
}
