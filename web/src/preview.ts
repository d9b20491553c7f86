// What a document will look like, beside it.

const SHOW_AFTER = 400; // ms without a key

export function showPreview(form: HTMLFormElement, field: HTMLTextAreaElement): void {
  const shown = form.querySelector<HTMLElement>("[data-shown]");
  const address = form.dataset["preview"];
  if (!shown || !address) return;
  form.querySelector<HTMLElement>("button[name=preview]")?.setAttribute("hidden", "");
  let timer = 0;
  let asking: AbortController | undefined;

  async function show(): Promise<void> {
    if (!shown || !address) return;
    asking?.abort();
    asking = new AbortController();
    try {
      const response = await fetch(address, {
        method: "POST",
        body: new URLSearchParams({ text: field.value }),
        redirect: "error",
        signal: asking.signal,
      });
      // Made by the server, in which nothing of the writer's can run; the page's policy allows no such script either.
      if (response.ok) shown.innerHTML = await response.text();
    } catch {
      // Only the preview is behind; the next key tries again.
    }
  }

  field.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(() => void show(), SHOW_AFTER);
  });
}
