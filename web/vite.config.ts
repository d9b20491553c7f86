import { defineConfig } from "vite";

// One script for every page that has something to improve; each part looks for its own elements.
export default defineConfig({
  publicDir: false,
  build: {
    target: "es2022",
    outDir: "../djmixersoft/site/static/site/built",
    emptyOutDir: true,
    modulePreload: false,
    rollupOptions: {
      input: "src/studio.ts",
      output: { entryFileNames: "studio.js", chunkFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
});
