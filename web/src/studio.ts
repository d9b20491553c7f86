// What pages can do beyond what they do without scripts. Each part is found by its data attribute.
import { improveEditor } from "./editor";
import { improveFinding } from "./finding";
import { improvePlayer } from "./player";
import { improveSelecting } from "./selecting";
import { improveUploading } from "./uploading";

function each<T extends HTMLElement>(selector: string, improve: (element: T) => void): void {
  document.querySelectorAll<T>(selector).forEach(improve);
}

// What was uploaded shows in the list without losing what stands above it.
document.addEventListener("uploaded", () => {
  void fetch(location.href)
    .then((response) => (response.ok ? response.text() : Promise.reject(new Error())))
    .then((page) => {
      const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("[data-crate]");
      const crate = document.querySelector("[data-crate]");
      if (!fresh || !crate) return;
      crate.replaceWith(fresh);
      each<HTMLFormElement>("form[data-selecting]", improveSelecting);
    })
    .catch(() => location.reload());
});

each<HTMLFormElement>("form[data-upload]", improveUploading);
each<HTMLFormElement>("form[data-document]", improveEditor);
each<HTMLFormElement>("form[data-find]", improveFinding);
each<HTMLFormElement>("form[data-selecting]", improveSelecting);
each<HTMLElement>("[data-player]", improvePlayer);
