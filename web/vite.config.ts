import { defineConfig } from "vite";

// One script for every page of the studio that has something to improve; each part looks for its own elements. Another
// for the page that checks receipts, and one each for the contact page, for what waits for an answer, and for passkeys.
export default defineConfig({
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "../djmixersoft/site/static/site/built",
    emptyOutDir: true,
    modulePreload: false,
    rollupOptions: {
      input: {
        studio: "src/studio.ts",
        verifying: "src/verifying.ts",
        contact: "src/contact.ts",
        waiting: "src/waiting.ts",
        passkeys: "src/passkeys.ts",
      },
      output: { entryFileNames: "[name].js", chunkFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
});
