/// <reference types="node" />

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/**
 * Name the build: in the page itself, and in `version.json` beside it, by which a terminal that is
 * open can tell that another one has been deployed. The name is a digest of what is served, so the
 * same sources have the same one, whatever their version is.
 */
export function buildId(): Plugin {
  let publicFolder = "";
  let build = "";
  return {
    name: "tradewind-build-id",
    apply: "build",
    configResolved(config) {
      publicFolder = config.publicDir;
    },
    transformIndexHtml: {
      // By now the page names every asset, each by a digest of its content.
      order: "post",
      handler(html) {
        const hash = createHash("sha256").update(html);
        for (const name of readdirSync(publicFolder).sort()) {
          hash.update(name).update(readFileSync(join(publicFolder, name)));
        }
        build = hash.digest("hex").slice(0, 16);
        return [{ tag: "meta", attrs: { name: "tradewind-build", content: build } }];
      },
    },
    generateBundle: {
      order: "post",
      handler() {
        if (build === "") this.error("the page was not made before its version is written");
        this.emitFile({
          type: "asset",
          fileName: "version.json",
          source: `${JSON.stringify({ build })}\n`,
        });
      },
    },
  };
}
