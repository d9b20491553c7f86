// What was uploaded shows in the page without losing what stands above it, what is ticked, and where the focus is.
import { improveSelecting } from "./selecting";

export async function showAnew(): Promise<void> {
  let page: string;
  try {
    const response = await fetch(location.href, { redirect: "error" });
    if (!response.ok) return;
    page = await response.text();
  } catch {
    return; // The list is behind; what was uploaded is there, and says so.
  }
  const fresh = new DOMParser().parseFromString(page, "text/html");
  for (const part of ["crate", "room"]) {
    const present = document.querySelector<HTMLElement>(`[data-${part}]`);
    const next = fresh.querySelector<HTMLElement>(`[data-${part}]`);
    if (!present || !next) continue;
    keepTicked(present, next);
    const focused = address(document.activeElement);
    present.replaceWith(next);
    if (focused) next.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
  }
  document.querySelectorAll<HTMLFormElement>("form[data-selecting]").forEach(improveSelecting);
}

function keepTicked(present: HTMLElement, next: HTMLElement): void {
  for (const box of present.querySelectorAll<HTMLInputElement>("input[type=checkbox]:checked")) {
    const same = address(box);
    const other = same ? next.querySelector<HTMLInputElement>(same) : null;
    if (other) other.checked = true;
  }
}

/** By what the same thing is found in the new list. */
function address(one: Element | null): string {
  if (one instanceof HTMLInputElement && one.name) return `input[name="${one.name}"][value="${CSS.escape(one.value)}"]`;
  if (one instanceof HTMLInputElement && "all" in one.dataset) return "input[data-all]";
  if (one instanceof HTMLAnchorElement) return `a[href="${CSS.escape(one.getAttribute("href") ?? "")}"]`;
  if (one instanceof HTMLButtonElement) return `button[formaction="${CSS.escape(one.getAttribute("formaction") ?? "")}"]`;
  return "";
}
