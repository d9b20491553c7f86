// Sentences come translated from the server, as data in the page.

let texts: Record<string, string> | undefined;

/** The sentence of that name, with %(name)s filled in. */
export function text(name: string, values: Record<string, string | number> = {}): string {
  texts ??= JSON.parse(document.getElementById("script-texts")?.textContent ?? "{}") as Record<string, string>;
  return (texts[name] ?? name).replace(/%\((\w+)\)s/g, (_whole, key: string) => String(values[key] ?? ""));
}

/** A number of bytes in the units that the pages use. */
export function bytes(count: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: unit ? 1 : 0 }).format(value)} ${units[unit]}`;
}
