// Many at once: one box for all, and how many are chosen.
import { text } from "./texts";

export function improveSelecting(form: HTMLFormElement): void {
  const all = form.querySelector<HTMLInputElement>("input[data-all]");
  const count = form.querySelector<HTMLElement>("[data-count]");
  const boxes = (): HTMLInputElement[] => [
    ...form.querySelectorAll<HTMLInputElement>(`input[type=checkbox][name=item]`),
  ];
  let last: HTMLInputElement | undefined;

  function refresh(): void {
    const chosen = boxes().filter((box) => box.checked).length;
    if (count) count.textContent = chosen ? text("chosen", { n: chosen }) : "";
    if (all) {
      all.checked = chosen > 0 && chosen === boxes().length;
      all.indeterminate = chosen > 0 && !all.checked;
    }
  }

  if (all) all.closest<HTMLElement>("[hidden]")?.removeAttribute("hidden");
  all?.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    refresh();
  });
  form.addEventListener("click", (event) => {
    const box = event.target;
    if (!(box instanceof HTMLInputElement) || box.name !== "item") return;
    if (event.shiftKey && last) {
      const some = boxes();
      const [from, to] = [some.indexOf(last), some.indexOf(box)].sort((a, b) => a - b);
      for (const one of some.slice(from, (to ?? 0) + 1)) one.checked = box.checked;
    }
    last = box;
    refresh();
  });
  refresh();
}
