// The contact page: solves the puzzle (ALTCHA's proof of work, version 2) once somebody types, and holds the form back until
// it is solved. Where a browser can't, the form goes without an answer, and the server mails a link.

interface Puzzle {
  parameters: { algorithm: string; nonce: string; salt: string; cost: number; keyLength: number; keyPrefix: string };
  signature: string;
}

const form = document.querySelector<HTMLFormElement>("form[data-puzzle]");
const answer = form?.querySelector<HTMLInputElement>("input[name=answer]");
const told = form?.querySelector<HTMLElement>("[data-told]");

if (form && answer && told && globalThis.crypto?.subtle) {
  const puzzle = JSON.parse(form.dataset.puzzle ?? "{}") as Puzzle;
  let solving: Promise<string> | undefined;
  let given = false;
  // The server says what to do next where there is no answer.
  const solved = (): Promise<string> => (solving ??= solve(puzzle).catch(() => ""));

  form.querySelector("[data-without]")?.remove();
  form.addEventListener("input", () => void solved(), { once: true });
  form.addEventListener("submit", (event) => {
    if (given) return;
    event.preventDefault();
    told.textContent = form.dataset.working ?? "";
    void solved().then((found) => {
      answer.value = found;
      given = true;
      form.submit();
    });
  });
}

async function solve(puzzle: Puzzle): Promise<string> {
  const { nonce, salt, cost, keyLength, keyPrefix } = puzzle.parameters;
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
  const view = new DataView(password.buffer);
  for (let counter = 0; ; counter += 1) {
    view.setUint32(password.length - 4, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
    const derivedKey = hex(new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8)));
    if (derivedKey.startsWith(keyPrefix)) return btoa(JSON.stringify({ challenge: puzzle, solution: { counter, derivedKey } }));
  }
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

function hex(data: Uint8Array): string {
  return Array.from(data, (one) => one.toString(16).padStart(2, "0")).join("");
}
