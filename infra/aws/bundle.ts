import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { rolldown } from "rolldown";

import { functions } from "../topology.ts";

/** The folder that holds package.json. */
const root = dirname(dirname(import.meta.dirname));

/** Where each function's bundle lies, relative to the root: a folder with `index.mjs`. */
export const bundlesFolder = "dist";

export interface BundleSize {
  readonly functionName: string;
  /** JavaScript alone, without source maps. */
  readonly bytes: number;
  /** As Lambda's package: compressed. */
  readonly gzipBytes: number;
  /** What the start of the function loads; the rest is loaded when it is first needed. */
  readonly startBytes: number;
}

/**
 * Bundles one function with its dependencies, the AWS SDK included, into `folder`, which is emptied
 * first. Code behind `import()` stays in files of its own, so that a cold start does not load it.
 */
export async function bundleFunction(
  functionName: string,
  entry: string,
  folder: string,
): Promise<BundleSize> {
  await rm(folder, { recursive: true, force: true });
  const bundle = await rolldown({
    cwd: root,
    input: { index: entry },
    platform: "node",
    // The SDK's packages name their ES modules only here; their CommonJS form cannot be tree-shaken.
    resolve: { mainFields: ["module", "main"] },
    onLog(level, log) {
      if (level === "warn" && log.code !== "EVAL")
        throw new Error(`${functionName}: ${log.message}`);
    },
  });
  try {
    const { output } = await bundle.write({
      dir: folder,
      format: "esm",
      minify: true,
      sourcemap: true,
      comments: { legal: false },
      entryFileNames: "index.mjs",
      chunkFileNames: "chunks/[name]-[hash].mjs",
    });
    const chunks = output.filter((file) => file.type === "chunk");
    const atStart = loadedAtStart(new Map(chunks.map((chunk) => [chunk.fileName, chunk.imports])));
    const codes = chunks.map((chunk) => ({ ...chunk, code: Buffer.from(chunk.code) }));
    return {
      functionName,
      bytes: codes.reduce((sum, { code }) => sum + code.length, 0),
      gzipBytes: codes.reduce((sum, { code }) => sum + gzipSync(code).length, 0),
      startBytes: codes.reduce(
        (sum, { fileName, code }) => sum + (atStart.has(fileName) ? code.length : 0),
        0,
      ),
    };
  } finally {
    await bundle.close();
  }
}

/** All files that `index.mjs` imports, directly or not, other than by `import()`. */
function loadedAtStart(importsOf: ReadonlyMap<string, readonly string[]>): ReadonlySet<string> {
  const reached = new Set<string>();
  const waiting = ["index.mjs"];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file) || !importsOf.has(file)) continue;
    reached.add(file);
    waiting.push(...(importsOf.get(file) ?? []));
  }
  return reached;
}

/** Bundles every function of the topology. */
export async function bundleAll(): Promise<readonly BundleSize[]> {
  const sizes: BundleSize[] = [];
  for (const name of Object.keys(functions)) {
    const entry = join(root, "functions", name, "lambda.ts");
    if (!existsSync(entry))
      throw new Error(`The topology has a function ${name}, but ${entry} is missing`);
    sizes.push(await bundleFunction(name, entry, join(root, bundlesFolder, name)));
  }
  return sizes;
}

/** The text of every file of a bundle, for tests that look for what must not be inside. */
export async function bundledText(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true });
  const texts = files
    .filter((file) => file.endsWith(".mjs"))
    .map((file) => readFile(join(folder, file), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

function kilobytes(bytes: number): number {
  return Math.ceil(bytes / 1024);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sizes = await bundleAll();
  console.table(
    Object.fromEntries(
      sizes.map((size) => [
        size.functionName,
        {
          "at start KB": kilobytes(size.startBytes),
          "in all KB": kilobytes(size.bytes),
          "gzip KB": kilobytes(size.gzipBytes),
        },
      ]),
    ),
  );
}
