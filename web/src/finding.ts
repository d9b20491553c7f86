// Finds as one types: the list is asked for anew, and the page's address follows.
import { text } from "./texts";

const ASK_AFTER = 150; // ms without a key

export function improveFinding(form: HTMLFormElement): void {
  const list = document.querySelector<HTMLElement>("[data-found]");
  const count = document.querySelector<HTMLElement>("[data-found-count]");
  if (!list || !count) return;
  let timer = 0;
  let asking: AbortController | undefined;

  async function ask(): Promise<void> {
    window.clearTimeout(timer);
    asking?.abort();
    asking = new AbortController();
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && value) asked.set(name, value);
    const address = `${location.pathname}?${asked.toString()}`;
    try {
      const response = await fetch(`${address}${asked.size ? "&" : ""}part=list`, { signal: asking.signal, redirect: "error" });
      if (!response.ok) throw new Error(String(response.status));
      const found = await response.text();
      if (!list || !count) return;
      list.innerHTML = found;
      // Read out is how many there are, not each of them at each key.
      count.textContent = list.querySelector("[data-count-in-words]")?.textContent ?? "";
      history.replaceState(null, "", address);
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return; // a newer question is on its way
      if (count) count.textContent = text("not-found-now");
    }
  }

  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), ASK_AFTER);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void ask();
  });
}
