// Uploads that survive: several at a time, each resumable after a pause, a cut connection or a restart (tus 1.0).
import { Upload } from "tus-js-client";
import type { DetailedError } from "tus-js-client";
import { bytes, text } from "./texts";

const AT_ONCE = 3;
const RETRY_AFTER = [0, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000];

interface Chosen {
  file: File;
  path: string; // within what was chosen: "crate/track.flac" of a folder
}

export function improveUploading(form: HTMLFormElement): void {
  const endpoint = form.dataset["upload"];
  const picker = form.querySelector<HTMLInputElement>("input[type=file]");
  if (!endpoint || !picker) return;
  const queue = new Queue(form, endpoint);
  void showUnfinished(form, endpoint);

  form.querySelector<HTMLElement>("button[type=submit], button:not([type])")?.setAttribute("hidden", "");
  const folders = form.querySelector<HTMLInputElement>("input[data-folder]");
  folders?.closest<HTMLElement>("[hidden]")?.removeAttribute("hidden");
  form.querySelector<HTMLElement>("[data-drop]")?.removeAttribute("hidden");
  for (const input of [picker, folders]) {
    input?.addEventListener("change", () => {
      queue.add([...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
      input.value = "";
    });
  }
  document.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    form.classList.add("dropping");
  });
  for (const name of ["dragleave", "drop"]) document.addEventListener(name, () => form.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    void dropped(event.dataTransfer).then((chosen) => queue.add(chosen));
  });
}

class Queue {
  private readonly waiting: Row[] = [];
  private readonly list: HTMLElement;
  private running = 0;
  private done = 0;

  constructor(
    private readonly form: HTMLFormElement,
    private readonly endpoint: string,
  ) {
    this.list = document.createElement("ul");
    this.list.className = "rows uploads";
    this.list.setAttribute("aria-label", text("uploads"));
    form.after(this.list);
    window.addEventListener("beforeunload", (event) => {
      if (this.running || this.waiting.length) event.preventDefault();
    });
  }

  add(chosen: Chosen[]): void {
    const folder = this.form.elements.namedItem("folder");
    const parent = folder instanceof HTMLInputElement ? folder.value : "";
    for (const one of chosen) {
      const row = new Row(one, parent, this.endpoint, this);
      this.list.append(row.element);
      this.waiting.push(row);
    }
    this.next();
  }

  enqueue(row: Row): void {
    if (!this.waiting.includes(row)) this.waiting.push(row);
    this.next();
  }

  leave(row: Row): void {
    const at = this.waiting.indexOf(row);
    if (at >= 0) this.waiting.splice(at, 1);
  }

  /** A row stopped running, for whatever reason. */
  stopped(isDone: boolean): void {
    this.running -= 1;
    if (isDone) this.done += 1;
    this.next();
    if (!this.running && !this.waiting.length && this.done) {
      this.done = 0;
      document.dispatchEvent(new CustomEvent("uploaded"));
    }
  }

  private next(): void {
    while (this.running < AT_ONCE && this.waiting.length) {
      this.running += 1;
      void this.waiting.shift()?.start();
    }
  }
}

class Row {
  readonly element = document.createElement("li");
  private readonly state = document.createElement("p");
  private readonly bar = document.createElement("progress");
  private readonly pause = button("pause");
  private readonly retry = button("retry");
  private readonly remove = button("remove");
  private readonly upload: Upload;
  private isRunning = false;
  private resumed = false;
  private since = 0;
  private from = 0;

  constructor(
    private readonly chosen: Chosen,
    parent: string,
    endpoint: string,
    private readonly queue: Queue,
  ) {
    const name = document.createElement("bdi");
    name.textContent = chosen.path;
    const title = document.createElement("p");
    title.className = "row__title";
    title.append(name);
    this.bar.max = Math.max(1, chosen.file.size);
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", chosen.path);
    this.state.className = "row__facts";
    this.state.setAttribute("role", "status");
    this.element.className = "row";
    const main = document.createElement("div");
    main.className = "row__main";
    main.append(title, this.bar, this.state);
    this.element.append(main, this.pause, this.retry, this.remove);
    this.upload = new Upload(chosen.file, {
      endpoint,
      retryDelays: RETRY_AFTER,
      removeFingerprintOnSuccess: true,
      metadata: {
        filename: chosen.file.name,
        ...(chosen.path === chosen.file.name ? {} : { relativePath: chosen.path }),
        ...(parent ? { parent } : {}),
      },
      fingerprint: (file) =>
        Promise.resolve(
          ["djms", endpoint, parent, chosen.path, file.size, file.lastModified].join("|"),
        ),
      onProgress: (sent, all) => this.progressed(sent, all),
      onSuccess: () => this.succeeded(),
      onError: (error) => this.failed(error),
      onShouldRetry: (error) => {
        const status = (error as DetailedError).originalResponse?.getStatus() ?? 0;
        return status === 0 || status === 409 || status === 423 || status === 429 || status === 502 || status === 503;
      },
    });
    this.pause.addEventListener("click", () => void this.pauseOrGoOn());
    this.retry.addEventListener("click", () => {
      this.queue.enqueue(this);
      this.show("waiting");
    });
    this.remove.addEventListener("click", () => void this.drop());
    this.show("waiting");
  }

  async start(): Promise<void> {
    this.isRunning = true;
    this.since = performance.now();
    this.from = -1;
    this.show("sending");
    if (!this.resumed) {
      this.resumed = true;
      const [earlier] = await this.upload.findPreviousUploads();
      if (earlier) this.upload.resumeFromPreviousUpload(earlier);
    }
    if (this.isRunning) this.upload.start();
  }

  private async pauseOrGoOn(): Promise<void> {
    if (this.isRunning) {
      this.isRunning = false;
      await this.upload.abort();
      this.show("paused");
      this.queue.stopped(false);
    } else if (this.pause.dataset["does"] === "go-on") {
      this.show("waiting");
      this.queue.enqueue(this);
    } else {
      this.queue.leave(this);
      this.show("paused");
    }
  }

  private async drop(): Promise<void> {
    const wasRunning = this.isRunning;
    this.isRunning = false;
    this.queue.leave(this);
    try {
      await this.upload.abort(this.upload.url !== null);
    } catch {
      // What can't be taken back now expires by itself.
    }
    this.element.remove();
    if (wasRunning) this.queue.stopped(false);
  }

  private progressed(sent: number, all: number): void {
    if (!this.isRunning) return;
    if (this.from < 0) {
      this.from = sent;
      this.since = performance.now();
    }
    this.bar.value = sent;
    if (sent >= all) {
      this.show("checking");
      return;
    }
    const seconds = (performance.now() - this.since) / 1_000;
    const speed = seconds > 0.2 ? bytes((sent - this.from) / seconds) : "…";
    this.show("sending", { sent: bytes(sent), all: bytes(all), speed });
  }

  private succeeded(): void {
    this.isRunning = false;
    this.bar.value = this.bar.max;
    this.show("done");
    this.queue.stopped(true);
  }

  private failed(error: Error): void {
    if (!this.isRunning) return;
    this.isRunning = false;
    const body = (error as DetailedError).originalResponse?.getBody() ?? "";
    this.show("failed");
    this.state.textContent = sentenceOf(body) || text("failed");
    this.queue.stopped(false);
  }

  private show(state: string, values: Record<string, string | number> = {}): void {
    this.element.dataset["state"] = state;
    this.state.textContent = text(state === "sending" && !("sent" in values) ? "starting" : state, values);
    const goesOn = state === "paused";
    this.pause.hidden = state === "done" || state === "failed" || state === "checking";
    this.pause.dataset["does"] = goesOn ? "go-on" : "pause";
    this.pause.textContent = text(goesOn ? "go-on" : "pause");
    this.retry.hidden = state !== "failed";
    this.remove.hidden = state === "done" || state === "checking";
    for (const one of [this.pause, this.retry, this.remove]) {
      one.setAttribute("aria-label", `${one.textContent ?? ""}: ${this.chosen.path}`);
    }
  }
}

interface Unfinished {
  url: string;
  name: string;
  size: number;
  offset: number;
}

/** What was begun earlier and isn't all there: the browser can't open the file again by itself. */
async function showUnfinished(form: HTMLFormElement, endpoint: string): Promise<void> {
  let found: Unfinished[];
  try {
    const response = await fetch(endpoint, { redirect: "error" });
    if (!response.ok) return;
    found = ((await response.json()) as { uploads: Unfinished[] }).uploads;
  } catch {
    return;
  }
  if (!found.length) return;
  const list = document.createElement("ul");
  list.className = "rows uploads";
  list.setAttribute("aria-label", text("unfinished"));
  for (const one of found) {
    const row = document.createElement("li");
    row.className = "row";
    const main = document.createElement("div");
    main.className = "row__main";
    const name = document.createElement("bdi");
    name.textContent = one.name;
    const title = document.createElement("p");
    title.className = "row__title";
    title.append(name);
    const facts = document.createElement("p");
    facts.className = "row__facts";
    facts.textContent = text("choose-again", { sent: bytes(one.offset), all: bytes(one.size) });
    main.append(title, facts);
    const remove = button("remove");
    remove.setAttribute("aria-label", `${text("remove")}: ${one.name}`);
    remove.addEventListener("click", () => {
      void fetch(one.url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0" } }).finally(() => row.remove());
    });
    row.append(main, remove);
    list.append(row);
  }
  form.after(list);
  document.addEventListener("uploaded", () => list.remove(), { once: true });
}

function button(name: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "pad pad--small";
  made.textContent = text(name);
  return made;
}

/** The sentence in an answer: plain text, or JSON with one. A page is none. */
function sentenceOf(body: string): string {
  if (!body || body.startsWith("<")) return "";
  try {
    const data: unknown = JSON.parse(body);
    if (typeof data === "object" && data !== null && "sentence" in data) return String(data.sentence);
  } catch {
    return body.slice(0, 500);
  }
  return "";
}

async function dropped(data: DataTransfer): Promise<Chosen[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const chosen: Chosen[] = [];
  for (const entry of entries) await gather(entry, "", chosen);
  return chosen;
}

async function gather(entry: FileSystemEntry, above: string, chosen: Chosen[]): Promise<void> {
  const path = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((take, fail) => (entry as FileSystemFileEntry).file(take, fail));
    chosen.push({ file, path });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives at most a hundred entries at a time.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((take, fail) => reader.readEntries(take, fail));
    if (!some.length) return;
    for (const one of some) await gather(one, `${path}/`, chosen);
  }
}
