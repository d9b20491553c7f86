// The buttons by which a passkey is made or used: each form carries what the server asks, and sends what the browser answers.

// A module, so that its names are its own.
export {};

type Wire = Record<string, unknown>;

for (const form of document.querySelectorAll<HTMLFormElement>("form[data-passkey]")) {
  const answer = form.querySelector<HTMLInputElement>("input[name=passkey]");
  const told = form.querySelector<HTMLElement>("[data-told]");
  if (!answer || !told || !globalThis.PublicKeyCredential) continue;

  for (const part of form.querySelectorAll<HTMLElement>("[data-with]")) part.hidden = false;
  form.querySelector("[data-without]")?.remove();
  let given = false;
  form.addEventListener("submit", (event) => {
    if (given) return;
    event.preventDefault();
    told.textContent = form.dataset.working ?? "";
    asked(form.dataset.passkey ?? "", JSON.parse(form.dataset.options ?? "{}") as Wire)
      .then((said) => {
        answer.value = JSON.stringify(said);
        given = true;
        form.submit();
      })
      .catch((error: unknown) => {
        const known = error instanceof DOMException && error.name === "InvalidStateError";
        told.textContent = (known ? form.dataset.known : form.dataset.refused) ?? "";
      });
  });
}

async function asked(what: string, options: Wire): Promise<Wire> {
  const publicKey = decoded(options);
  const credential = (what === "create"
    ? await navigator.credentials.create({ publicKey: publicKey as unknown as PublicKeyCredentialCreationOptions })
    : await navigator.credentials.get({ publicKey: publicKey as unknown as PublicKeyCredentialRequestOptions })) as PublicKeyCredential | null;
  if (!credential) throw new Error("the browser gave nothing");
  const response: Wire = { clientDataJSON: text(credential.response.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature"]) {
    const value = (credential.response as unknown as Wire)[part];
    if (value instanceof ArrayBuffer) response[part] = text(value);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, clientExtensionResults: {}, response };
}

/** The options with their ids and challenge as bytes, which JSON can't hold. */
function decoded(options: Wire): Wire {
  const made: Wire = { ...options, challenge: bytes(options.challenge) };
  if (options.user) made.user = { ...(options.user as Wire), id: bytes((options.user as Wire).id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    const some = options[list] as Wire[] | undefined;
    if (some) made[list] = some.map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return made;
}

function bytes(base64url: unknown): Uint8Array<ArrayBuffer> {
  const plain = atob(String(base64url).replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

function text(data: ArrayBuffer): string {
  const plain = btoa(Array.from(new Uint8Array(data), (one) => String.fromCharCode(one)).join(""));
  return plain.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}
