// What somebody else saved meanwhile, beside what is being written: shown under it, so that nothing moves.
import { text } from "./texts";

export interface Theirs {
  version: number;
  text: string;
  changed_by: string;
}

export function showTheirs(form: HTMLFormElement, theirs: Partial<Theirs>): void {
  document.querySelector("[data-conflict]")?.remove();
  const section = document.createElement("section");
  section.className = "plate stack";
  section.dataset["conflict"] = "";
  section.setAttribute("aria-labelledby", "theirs");
  const title = document.createElement("h2");
  title.id = "theirs";
  title.textContent = text("theirs", { who: theirs.changed_by || text("someone"), version: theirs.version ?? "" });
  const words = document.createElement("p");
  words.textContent = text("conflict-next");
  const shown = document.createElement("textarea");
  shown.className = "editor";
  shown.rows = 10;
  shown.readOnly = true;
  shown.value = theirs.text ?? "";
  shown.setAttribute("aria-labelledby", "theirs");
  section.append(title, words, shown);
  form.after(section);
}
