// Uploads that survive: several at a time, each resumable after a pause, a cut connection or a restart (tus 1.0).
import { dropped } from "./dropping";
import type { Chosen } from "./dropping";
import { Queue } from "./queue";
import { text } from "./texts";
import { Unfinished } from "./unfinished";

export function improveUploading(form: HTMLFormElement): void {
  const endpoint = form.dataset["upload"];
  const picker = form.querySelector<HTMLInputElement>("input[type=file]");
  if (!endpoint || !picker) return;
  const unfinished = new Unfinished(form, endpoint);
  const queue = new Queue(form, endpoint, unfinished);
  void unfinished.show();

  for (const plain of form.querySelectorAll<HTMLElement>("[data-plain], button[type=submit], button:not([type])")) {
    plain.hidden = true;
  }
  const folders = form.querySelector<HTMLInputElement>("input[data-folder]");
  folders?.closest<HTMLElement>("[hidden]")?.removeAttribute("hidden");
  for (const better of form.querySelectorAll<HTMLElement>("[data-drop]")) better.hidden = false;
  for (const input of [picker, folders]) {
    input?.addEventListener("change", () => {
      queue.add([...(input.files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
      input.value = "";
    });
  }
  takeDrops(form, (chosen) => queue.add(chosen), () => queue.say(text("unreadable")));
}

/** The whole page takes files and folders. */
function takeDrops(form: HTMLFormElement, take: (chosen: Chosen[]) => void, refuse: () => void): void {
  const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    form.classList.add("dropping");
  });
  for (const name of ["dragleave", "drop"]) document.addEventListener(name, () => form.classList.remove("dropping"));
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    dropped(event.dataTransfer).then(take, refuse);
  });
}
