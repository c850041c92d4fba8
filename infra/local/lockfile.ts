import { readFileSync, writeFileSync } from "node:fs";

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Record<string, string>;
}

export interface Lockfile {
  readonly packages: Record<string, LockedPackage>;
}

/** An optional dependency that a package of the lockfile asks for and the lockfile does not hold. */
export interface UnmetOptional {
  readonly path: string;
  readonly name: string;
}

/**
 * Where a registry lacks a package for some platform, `npm install` skips it silently but leaves the
 * wish in the lockfile, and `npm ci` then refuses the whole lockfile as out of sync.
 */
export function findUnmetOptionals(lockfile: Lockfile): readonly UnmetOptional[] {
  return Object.entries(lockfile.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name, range]) => !isMet(resolve(lockfile, path, name)?.version, range))
      .map(([name]) => ({ path, name })),
  );
}

/** A range is npm's to judge; packages for platforms are asked for by their exact version. */
function isMet(version: string | undefined, range: string): boolean {
  return version !== undefined && (version === range || !/^\d/u.test(range));
}

/** Node's own search: in the package's node_modules, then in those of each folder above. */
function resolve(lockfile: Lockfile, path: string, name: string): LockedPackage | undefined {
  const nested = path === "" ? `node_modules/${name}` : `${path}/node_modules/${name}`;
  const found = lockfile.packages[nested];
  if (found !== undefined || path === "") return found;
  return resolve(lockfile, path.slice(0, Math.max(0, path.lastIndexOf("/"))), name);
}

/** Takes the unmet wishes out of package-lock.json, so that `npm ci` accepts it. */
function main(): void {
  const file = new URL("../../package-lock.json", import.meta.url);
  // npm wrote the file; only `packages` and its optional dependencies are touched.
  const lockfile = JSON.parse(readFileSync(file, "utf8")) as Lockfile;
  const unmet = findUnmetOptionals(lockfile);
  for (const { path, name } of unmet) {
    const wishes = lockfile.packages[path]?.optionalDependencies;
    if (wishes !== undefined) Reflect.deleteProperty(wishes, name);
  }
  if (unmet.length > 0) writeFileSync(file, `${JSON.stringify(lockfile, null, 2)}\n`);
}

if (import.meta.main) main();
