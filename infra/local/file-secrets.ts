import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Secrets, SecretValues } from "#shared/ports/secrets.ts";

const SecretFile = z.record(z.string(), z.record(z.string(), z.string()));
type SecretFile = z.infer<typeof SecretFile>;

/** Only the user who runs the hub may read or write it. */
const fileMode = 0o600;

/**
 * Secrets in one JSON file that only its owner can read. Each write replaces the whole file at once,
 * so a crash leaves the old or the new one; writes follow one another. Throws `store.unavailable` if
 * the file is damaged or not accessible, without quoting it.
 */
export function openFileSecrets(path: string): Secrets {
  let last: Promise<unknown> = Promise.resolve();
  let cached: SecretFile | undefined;

  const load = async (): Promise<SecretFile> => (cached ??= await readSecretFile(path));

  const apply = async (before: Promise<unknown>, edit: (all: SecretFile) => SecretFile) => {
    await before;
    const next = edit(await load());
    await replaceFile(path, `${JSON.stringify(next, undefined, 2)}\n`);
    cached = next;
  };

  const change = (edit: (all: SecretFile) => SecretFile): Promise<void> => {
    const done = apply(last, edit);
    // A failed write must not stop those behind it.
    last = done.catch(() => undefined);
    return done;
  };

  return {
    async read(name, options = {}) {
      await last;
      if (options.fresh === true) cached = undefined;
      const all = await load();
      return Object.hasOwn(all, name) ? all[name] : undefined;
    },
    write: (name, values) => change((all) => ({ ...all, [name]: { ...values } })),
    merge: (name, values) =>
      change((all) => ({ ...all, [name]: { ...ownValues(all, name), ...values } })),
    remove: (name) => change(({ [name]: _removed, ...others }) => others),
  };
}

function ownValues(all: SecretFile, name: string): SecretValues {
  return (Object.hasOwn(all, name) ? all[name] : undefined) ?? {};
}

async function readSecretFile(path: string): Promise<SecretFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return {};
    throw new HubError("store.unavailable", `The secrets in ${path} cannot be read.`, { cause });
  }
  const parsed = SecretFile.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  // No cause: the parser's message would quote what it could not read.
  throw new HubError(
    "store.unavailable",
    `${path} is damaged. Restore it, or remove it and connect again.`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "wx", fileMode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    // A umask can only take rights away; this also holds where it took the owner's.
    await chmod(temporary, fileMode);
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new HubError("store.unavailable", `The secrets in ${path} cannot be written.`, { cause });
  }
}
