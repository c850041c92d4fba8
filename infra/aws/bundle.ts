import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

import { rolldown, type Plugin } from "rolldown";

import { type FunctionSpec } from "../topology-parts.ts";
import { functions } from "../topology.ts";

/** The folder that holds package.json. */
const root = dirname(dirname(import.meta.dirname));

/** Where each function's bundle lies, relative to the root: a folder with `index.mjs`. */
export const bundlesFolder = "dist";

export interface Bundled {
  readonly functionName: string;
  /** JavaScript alone, without source maps. */
  readonly bytes: number;
  /** As Lambda's package: compressed. */
  readonly gzipBytes: number;
  /** What the start of the function loads; the rest is loaded when it is first needed. */
  readonly startBytes: number;
  /** The npm packages inside, sorted. */
  readonly packages: readonly string[];
}

/**
 * Bundles one function with its dependencies, the AWS SDK included, into `folder`, which is emptied
 * first. Code behind `import()` stays in files of its own, so that a cold start does not load it.
 */
export async function bundleFunction(
  functionName: string,
  { rights }: Pick<FunctionSpec, "rights">,
  folder: string,
): Promise<Bundled> {
  const entry = join(root, "functions", functionName, "lambda.ts");
  if (!existsSync(entry)) {
    throw new Error(`The topology has a function ${functionName}, but ${entry} is missing`);
  }
  await rm(folder, { recursive: true, force: true });
  const bundle = await rolldown({
    cwd: root,
    input: { index: entry },
    platform: "node",
    plugins: rights.includes("sources:call") ? [] : [withoutSources],
    // The SDK's packages name their ES modules only here; their CommonJS form cannot be tree-shaken.
    resolve: { mainFields: ["module", "main"] },
    onLog(level, log) {
      if (level === "warn") throw new Error(`${functionName}: ${log.message}`);
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
      packages: packagesOf(chunks.flatMap((chunk) => chunk.moduleIds)),
      startBytes: codes.reduce(
        (sum, { fileName, code }) => sum + (atStart.has(fileName) ? code.length : 0),
        0,
      ),
    };
  } finally {
    await bundle.close();
  }
}

/** Leaves out what only a reader of sources loads: the registry of connectors names it to everybody. */
const withoutSources: Plugin = {
  name: "without-sources",
  resolveId(specifier, importer) {
    const isSource =
      specifier === "./source.ts" && /\/connectors\/[^/]+\/connector\.ts$/u.test(importer ?? "");
    return isSource ? "\0no-source" : undefined;
  },
  load(id) {
    return id === "\0no-source"
      ? 'throw new Error("This function has no right to call sources: see infra/topology.ts");'
      : undefined;
  },
};

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

function packagesOf(moduleIds: readonly string[]): readonly string[] {
  const names = moduleIds.flatMap(
    (id) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//u.exec(id)?.[1] ?? [],
  );
  return [...new Set(names)].toSorted();
}

/** Bundles every function of the topology, each into its own folder. */
export async function bundleAll(into = join(root, bundlesFolder)): Promise<readonly Bundled[]> {
  const sizes: Bundled[] = [];
  for (const [name, spec] of Object.entries(functions)) {
    sizes.push(await bundleFunction(name, spec, join(into, name)));
  }
  return sizes;
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
