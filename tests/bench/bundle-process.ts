import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

import { rolldown } from "rolldown";

/**
 * A process's program as one bundle in `folder`, as functions are deployed: run from its sources, Node.js
 * spends more memory on stripping types and on modules than the program on its work.
 */
export async function bundleProcess(file: URL, folder: string): Promise<URL> {
  const bundle = await rolldown({
    cwd: fileURLToPath(new URL("../..", import.meta.url)),
    input: { index: fileURLToPath(file) },
    platform: "node",
    resolve: { mainFields: ["module", "main"] },
    logLevel: "silent",
  });
  try {
    await bundle.write({
      dir: folder,
      format: "esm",
      minify: true,
      sourcemap: true,
      entryFileNames: "index.mjs",
      chunkFileNames: "chunks/[name]-[hash].mjs",
    });
    return pathToFileURL(join(folder, "index.mjs"));
  } finally {
    await bundle.close();
  }
}
