// What pages can do beyond what they do without scripts. Each part is found by its data attribute.
import { improveEditor } from "./editor";
import { improveFinding } from "./finding";
import { improvePlayer } from "./player";
import { showAnew } from "./refreshing";
import { improveSelecting } from "./selecting";
import { improveUploading } from "./uploading";

function each<T extends HTMLElement>(selector: string, improve: (element: T) => void): void {
  document.querySelectorAll<T>(selector).forEach(improve);
}

document.addEventListener("uploaded", () => void showAnew());

each<HTMLFormElement>("form[data-upload]", improveUploading);
each<HTMLFormElement>("form[data-document]", improveEditor);
each<HTMLFormElement>("form[data-find]", improveFinding);
each<HTMLFormElement>("form[data-selecting]", improveSelecting);
each<HTMLElement>("[data-player]", improvePlayer);
