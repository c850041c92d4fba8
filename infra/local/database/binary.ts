import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { HubError } from "#shared/errors.ts";

/** The release whose behaviour the supervisor is written for. */
const databaseVersion = "1.2.1";

/**
 * Path of the embedded database's program for this platform. It comes as an optional package per
 * platform; where there is none, `access.unconfigured` says in one sentence what to do.
 */
export function findDatabaseBinary(platform: string, arch: string): string {
  const packageName = `@dynoxide/${platform}-${arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${packageName}/package.json`);
    return join(dirname(manifest), platform === "win32" ? "dynoxide.exe" : "dynoxide");
  } catch (error) {
    throw new HubError(
      "access.unconfigured",
      `No embedded database is installed for ${platform}-${arch}: run "npm install --no-save ${packageName}@${databaseVersion}" if that package exists, or set DYNAMODB_ENDPOINT to the URL of a DynamoDB-compatible server such as DynamoDB Local.`,
      { cause: error },
    );
  }
}
