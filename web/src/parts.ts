// Small parts of which the lists of uploads are made.
import { text } from "./texts";

/** A button that says what it does, and to readers of the page, to what. */
export function button(name: string, of: string): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "pad pad--small";
  rename(made, name, of);
  return made;
}

export function rename(made: HTMLButtonElement, name: string, of: string): void {
  made.textContent = text(name);
  made.setAttribute("aria-label", `${text(name)}: ${of}`);
}

export function title(name: string): HTMLElement {
  const made = document.createElement("p");
  made.className = "row__title";
  const words = document.createElement("bdi");
  words.textContent = name;
  made.append(words);
  return made;
}

export function say(where: HTMLElement, name: string, values: Record<string, string | number> = {}): void {
  where.textContent = text(name, values);
}
