// One upload as people see it: its name, how far it is and how fast, and what can be done about it.
import type { Chosen } from "./dropping";
import { button, rename, say, title } from "./parts";
import type { Queue } from "./queue";
import { Sending } from "./sending";
import { Speed } from "./speed";
import { bytes } from "./texts";
import type { Unfinished } from "./unfinished";

const ASK_AGAIN = 500; // ms between two questions whether all is received

type State =
  | "waiting"
  | "starting"
  | "sending"
  | "interrupted"
  | "received"
  | "checking"
  | "done"
  | "paused"
  | "failed";
// What the button beside it does: nothing where it isn't named.
const ACTS: Partial<Record<State, string>> = {
  waiting: "pause",
  starting: "pause",
  sending: "pause",
  interrupted: "pause",
  paused: "go-on",
  failed: "retry",
};

export class Row {
  readonly element = document.createElement("li");
  private readonly facts = document.createElement("p");
  private readonly bar = document.createElement("progress");
  private readonly act: HTMLButtonElement;
  private readonly remove: HTMLButtonElement;
  private readonly sending: Sending;
  private readonly speed = new Speed();
  private readonly key: string;
  private state: State = "waiting";
  private mayTryAgain = true;
  private sent = 0;

  constructor(
    private readonly chosen: Chosen,
    parent: string,
    endpoint: string,
    private readonly unfinished: Unfinished,
    private readonly queue: Queue,
  ) {
    const { file, path } = chosen;
    const metadata = {
      filename: file.name,
      modified: String(file.lastModified),
      ...(path === file.name ? {} : { relativePath: path }),
      ...(parent ? { parent } : {}),
    };
    this.key = JSON.stringify([metadata, file.size]);
    this.sending = new Sending(file, endpoint, metadata, {
      begunEarlier: () => unfinished.of(metadata, file.size),
      progressed: (sent) => this.progressed(sent),
      interrupted: () => this.show("interrupted"),
      arrived: () => this.arrived(),
      failed: (sentence, mayTryAgain) => this.failed(sentence, mayTryAgain),
    });
    this.act = button("pause", path);
    this.remove = button("remove", path);
    this.act.addEventListener("click", () => this.acted());
    this.remove.addEventListener("click", () => this.removed());
    this.build();
    this.show("waiting");
  }

  get isWaiting(): boolean {
    return this.state === "waiting";
  }

  get isDone(): boolean {
    return this.state === "done";
  }

  get hasFailed(): boolean {
    return this.state === "failed";
  }

  /** Whether leaving the page would stop it. */
  get isOnItsWay(): boolean {
    return this.isRunning || this.isWaiting;
  }

  private get isRunning(): boolean {
    return !["waiting", "done", "paused", "failed"].includes(this.state);
  }

  isSame(other: Row): boolean {
    return this.key === other.key && !this.isDone;
  }

  start(): void {
    this.speed.restart();
    this.show("starting");
    this.sending.start();
  }

  private build(): void {
    this.bar.max = Math.max(1, this.chosen.file.size);
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", this.chosen.path);
    this.facts.className = "row__facts";
    this.element.className = "row";
    const main = document.createElement("div");
    main.className = "row__main";
    main.append(title(this.chosen.path), this.bar, this.facts);
    const acts = document.createElement("div");
    acts.className = "row__acts";
    acts.append(this.act, this.remove);
    this.element.append(main, acts);
  }

  private acted(): void {
    const wasRunning = this.isRunning;
    if (ACTS[this.state] === "pause") {
      this.sending.stop();
      this.show("paused");
      if (wasRunning) this.queue.stopped();
    } else {
      this.show("waiting");
      this.queue.next();
    }
  }

  private removed(): void {
    const wasRunning = this.isRunning;
    void this.sending.giveUp();
    this.queue.drop(this);
    if (wasRunning) this.queue.stopped();
  }

  private progressed(sent: number): void {
    this.sent = sent;
    this.bar.value = sent;
    if (sent < this.chosen.file.size) this.show("sending");
    else if (this.state !== "received" && this.state !== "checking") void this.received();
  }

  /** All is on its way; the server says when it has it and checks it. */
  private async received(): Promise<void> {
    this.show("received");
    while (this.state === "received") {
      try {
        if (!this.sending.url || (await this.unfinished.isReceived(this.sending.url))) break;
      } catch {
        // Whether the connection is cut shows by itself.
      }
      await new Promise((go) => window.setTimeout(go, ASK_AGAIN));
    }
    if (this.state === "received") this.show("checking");
  }

  private arrived(): void {
    this.sent = this.chosen.file.size;
    this.bar.value = this.bar.max;
    this.show("done");
    this.queue.stopped(true);
  }

  private failed(sentence: string, mayTryAgain: boolean): void {
    this.mayTryAgain = mayTryAgain;
    this.show("failed");
    this.facts.textContent = sentence;
    this.queue.stopped();
  }

  private show(state: State): void {
    const speed = state === "sending" ? this.speed.at(this.sent) : 0;
    const fits = state === "sending" && !speed ? "starting" : state;
    this.state = state;
    this.element.dataset["state"] = state;
    say(this.facts, fits, { sent: bytes(this.sent), all: bytes(this.chosen.file.size), speed: bytes(speed) });
    const act = ACTS[state];
    this.act.hidden = !act || (state === "failed" && !this.mayTryAgain);
    this.remove.hidden = state === "done" || state === "received" || state === "checking";
    if (act) rename(this.act, act, this.chosen.path);
  }
}
