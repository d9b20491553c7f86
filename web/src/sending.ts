// One file on its way: it goes on by itself after whatever passes, and what has arrived is never sent again.
import { Upload } from "tus-js-client";
import type { DetailedError } from "tus-js-client";
import { source, Unreadable } from "./reading";
import { text } from "./texts";
import { TUS } from "./unfinished";

const AGAIN_AFTER = [0, 500, 1_000, 2_000, 4_000, 8_000, 15_000]; // ms; the last one over and over
const PASSES = [0, 409, 423, 429, 502, 503, 504];
const GONE = [404, 410];
const IN_VAIN = [413, 422];

/** Who is told how it goes. */
export interface Listener {
  /** The address of the very same file, if it was begun earlier. */
  begunEarlier(): Promise<string | undefined>;
  progressed(sent: number): void;
  interrupted(): void;
  arrived(): void;
  failed(sentence: string, mayTryAgain: boolean): void;
}

export class Sending {
  url: string | undefined;
  private upload: Upload | undefined;
  private attempt = 0; // what earlier ones still have to say isn't heard
  private tries = 0;
  private furthest = 0;
  private timer = 0;

  constructor(
    private readonly file: File,
    private readonly endpoint: string,
    private readonly metadata: Record<string, string>,
    private readonly listener: Listener,
  ) {
    window.addEventListener("online", () => {
      if (this.timer) void this.begin();
    });
  }

  start(): void {
    this.tries = 0;
    void this.begin();
  }

  /** Stop; what has arrived stays. */
  stop(): void {
    this.attempt += 1;
    this.wait(undefined);
    void this.upload?.abort().catch(() => undefined);
    this.upload = undefined;
  }

  /** Stop, and forget what has arrived. What can't be taken back now expires by itself. */
  async giveUp(): Promise<void> {
    this.stop();
    if (this.url) await fetch(this.url, { method: "DELETE", headers: TUS }).catch(() => undefined);
    this.url = undefined;
  }

  private wait(after: number | undefined): void {
    window.clearTimeout(this.timer);
    this.timer = after === undefined ? 0 : window.setTimeout(() => void this.begin(), after);
  }

  private async begin(): Promise<void> {
    this.wait(undefined);
    const attempt = (this.attempt += 1);
    const goesOn = (): boolean => attempt === this.attempt;
    try {
      this.url ??= await this.listener.begunEarlier();
    } catch {
      // The same hindrance meets the upload itself, and is dealt with there.
    }
    if (!goesOn()) return;
    const upload = new Upload(this.file, {
      // What has an address gets no other: the library would begin anew, whatever hinders it from going on.
      endpoint: this.url ? null : this.endpoint,
      uploadUrl: this.url ?? null,
      metadata: this.metadata,
      retryDelays: null,
      storeFingerprintForResuming: false,
      fileReader: { openFile: () => Promise.resolve(source(this.file)) },
      onBeforeRequest: () => {
        if (!goesOn()) throw new Error("stopped");
      },
      onUploadUrlAvailable: () => {
        if (goesOn()) this.url = upload.url ?? this.url;
      },
      onProgress: (sent) => {
        if (goesOn()) this.progressed(sent);
      },
      onSuccess: () => {
        if (goesOn()) this.listener.arrived();
      },
      onError: (error) => {
        if (goesOn()) void this.hindered(error as DetailedError, goesOn);
      },
    });
    this.upload = upload;
    upload.start();
  }

  private progressed(sent: number): void {
    if (sent > this.furthest) this.tries = 0;
    this.furthest = Math.max(this.furthest, sent);
    this.listener.progressed(sent);
  }

  private async hindered(error: DetailedError, goesOn: () => boolean): Promise<void> {
    const status = error.originalResponse?.getStatus() ?? 0;
    if (!status && !(await isReadable(this.file))) {
      if (!goesOn()) return;
      await this.giveUp();
      this.listener.failed(text("changed"), false);
      return;
    }
    if (!goesOn()) return;
    if (GONE.includes(status) && this.url) {
      this.url = undefined;
      void this.begin();
    } else if (PASSES.includes(status)) {
      this.listener.interrupted();
      this.wait(AGAIN_AFTER[Math.min(this.tries, AGAIN_AFTER.length - 1)]);
      this.tries += 1;
    } else {
      this.listener.failed(sentenceOf(error, status), !IN_VAIN.includes(status));
    }
  }
}

/** The sentence in an answer: plain text. A page is none, and an answer to HEAD has none. */
function sentenceOf(error: DetailedError, status: number): string {
  if (status === 401) return text("signed-out");
  const body = error.originalResponse?.getBody() ?? "";
  return body && !body.startsWith("<") ? body.slice(0, 500) : text("failed");
}

async function isReadable(file: File): Promise<boolean> {
  try {
    await source(file).slice(0, 1);
    return true;
  } catch (error) {
    return !(error instanceof Unreadable);
  }
}
