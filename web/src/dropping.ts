// What was dropped: files, and all that lies in folders.

export interface Chosen {
  file: File;
  path: string; // within what was chosen: "crate/track.flac" of a folder
}

/** Everything that was dropped. Fails where some of it can't be read, so that nothing is left out in silence. */
export async function dropped(data: DataTransfer): Promise<Chosen[]> {
  // Both are gone once the event is over.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry());
  const files = [...data.files];
  if (entries.includes(null)) return files.map((file) => ({ file, path: file.name }));
  const chosen: Chosen[] = [];
  for (const entry of entries) if (entry) await gather(entry, "", chosen);
  return chosen;
}

async function gather(entry: FileSystemEntry, above: string, chosen: Chosen[]): Promise<void> {
  const path = above + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((take, fail) => (entry as FileSystemFileEntry).file(take, fail));
    chosen.push({ file, path });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives at most a hundred entries at a time.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((take, fail) => reader.readEntries(take, fail));
    if (!some.length) return;
    for (const one of some) await gather(one, `${path}/`, chosen);
  }
}
