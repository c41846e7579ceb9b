import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { buildId } from "./build-id.ts";

/** Where `npm run dev` sends API calls; the platform that `tradewind up` starts, unless told. */
const gateway = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react(), buildId()],
  build: {
    target: "es2022",
    sourcemap: true,
    // A strict content security policy refuses data: addresses, so nothing is inlined.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "chart", test: /lightweight-charts|fancy-canvas/ },
            { name: "react", test: /node_modules/ },
          ],
        },
      },
    },
  },
  server: {
    port: 5173,
    proxy: { "/api": { target: gateway, ws: true } },
  },
  test: { include: ["src/**/*.test.ts"], environment: "node" },
});
