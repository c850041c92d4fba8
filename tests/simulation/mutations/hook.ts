import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

import { mutated } from "./mutant.ts";
import { mutants } from "./mutants.ts";

/**
 * Loaded before anything else (`node --import`): hands out the mutant's file changed, and every other as
 * it is. The product itself knows of no mutants.
 */
const nameFlag = "--mutant=";
const name = process.argv.find((argument) => argument.startsWith(nameFlag))?.slice(nameFlag.length);
const mutant = mutants.find((candidate) => candidate.name === name);

if (mutant) {
  const file = fileURLToPath(new URL(`../../../${mutant.file}`, import.meta.url));
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      if (!url.startsWith("file:") || fileURLToPath(url) !== file) return loaded;
      return { ...loaded, source: mutated(textOf(loaded.source), mutant) };
    },
  });
}

function textOf(source: string | ArrayBuffer | NodeJS.TypedArray | undefined): string {
  if (typeof source === "string") return source;
  if (source === undefined) throw new Error("The loader has no source of the mutant's file");
  return new TextDecoder().decode(source);
}
