// What was begun earlier and isn't all there. The server knows it, so nothing of it is remembered in the browser.
import { button, say, title } from "./parts";
import { bytes, text } from "./texts";

export const TUS = { "Tus-Resumable": "1.0.0" };

interface Begun {
  url: string;
  name: string;
  size: number;
  offset: number;
  state: "receiving" | "checking";
  metadata: string;
}

export class Unfinished {
  private readonly section = document.createElement("section");
  private readonly list = document.createElement("ul");
  private readonly rows = new Map<string, HTMLElement>();

  constructor(
    private readonly form: HTMLFormElement,
    private readonly endpoint: string,
  ) {
    this.list.className = "rows uploads";
    this.list.setAttribute("aria-label", text("unfinished"));
    const heading = document.createElement("h3");
    heading.textContent = text("unfinished");
    this.section.className = "stack stack--tight";
    this.section.append(heading, this.list);
  }

  /** All of them. Throws where the server can't be asked. */
  async all(): Promise<Begun[]> {
    const response = await fetch(this.endpoint, { redirect: "error" });
    if (!response.ok) throw new Error(String(response.status));
    return ((await response.json()) as { uploads: Begun[] }).uploads;
  }

  /** The address at which the very same file is to go on, if it was begun. */
  async of(metadata: Record<string, string>, size: number): Promise<string | undefined> {
    const found = (await this.all()).find((one) => one.size === size && isSame(read(one.metadata), metadata));
    if (found) this.taken(found.url);
    return found?.url;
  }

  /** Whether the server has all of it, and is checking it or done with that. */
  async isReceived(url: string): Promise<boolean> {
    const path = new URL(url, location.href).pathname;
    const mine = (await this.all()).find((one) => one.url === path);
    return !mine || mine.state === "checking";
  }

  /** Show them: the browser can't open a file again by itself. */
  async show(): Promise<void> {
    let found: Begun[];
    try {
      found = (await this.all()).filter((one) => one.state === "receiving");
    } catch {
      return;
    }
    for (const one of found) this.list.append(this.row(one));
    if (found.length) this.form.after(this.section);
  }

  private taken(url: string): void {
    this.rows.get(url)?.remove();
    this.rows.delete(url);
    if (!this.rows.size) this.section.remove();
  }

  private row(one: Begun): HTMLElement {
    const row = document.createElement("li");
    row.className = "row";
    const main = document.createElement("div");
    main.className = "row__main";
    const facts = document.createElement("p");
    facts.className = "row__facts";
    say(facts, "choose-again", { sent: bytes(one.offset), all: bytes(one.size) });
    main.append(title(one.name), facts);
    const remove = button("remove", one.name);
    remove.addEventListener("click", () => {
      fetch(one.url, { method: "DELETE", headers: TUS }).then(
        (response) => (response.ok || response.status === 404 ? this.taken(one.url) : say(facts, "not-removed")),
        () => say(facts, "not-removed"),
      );
    });
    row.append(main, remove);
    this.rows.set(one.url, row);
    return row;
  }
}

function isSame(one: Record<string, string>, other: Record<string, string>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

/** Read `key base64,key base64`. */
function read(metadata: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const pair of metadata.split(",")) {
    const [name, value = ""] = pair.trim().split(" ");
    const raw = Uint8Array.from(atob(value), (one) => one.charCodeAt(0));
    if (name) found[name] = new TextDecoder().decode(raw);
  }
  return found;
}
