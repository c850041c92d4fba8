import { existsSync } from "node:fs";
import { join } from "node:path";

// Third-party documents and recordings lie beside the checkout and are never copied into it.
const folder = join(import.meta.dirname, "../../../shared/specs");
const announced = new Set<string>();

/**
 * The path of third-party test material, or undefined where it is absent: then it prints why once, and
 * the test is to be skipped: `test.skipIf(path === undefined)`.
 */
export function specsPath(...parts: readonly string[]): string | undefined {
  const path = join(folder, ...parts);
  if (existsSync(path)) return path;
  const name = parts.join("/");
  if (!announced.has(name)) {
    announced.add(name);
    process.stderr.write(`skipped: ../shared/specs/${name} is not beside this checkout\n`);
  }
  return undefined;
}
