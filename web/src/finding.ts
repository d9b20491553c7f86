// Finds as one types: the list is asked for anew, and the page's address follows.

const ASK_AFTER = 150; // ms without a key

export function improveFinding(form: HTMLFormElement): void {
  const list = document.querySelector<HTMLElement>("[data-found]");
  if (!list) return;
  let timer = 0;
  let asking: AbortController | undefined;

  async function ask(): Promise<void> {
    asking?.abort();
    asking = new AbortController();
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string" && value) asked.set(name, value);
    const address = `${location.pathname}?${asked.toString()}`;
    try {
      const response = await fetch(`${address}${asked.size ? "&" : ""}part=list`, { signal: asking.signal, redirect: "error" });
      if (response.ok && list) {
        list.innerHTML = await response.text();
        history.replaceState(null, "", address);
      }
    } catch {
      // A newer question is on its way, or the button still works.
    }
  }

  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), ASK_AFTER);
  });
}
