import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import type {
  CreateSecretCommandInput,
  DeleteSecretCommandInput,
  GetSecretValueCommandInput,
  PutSecretValueCommandInput,
  UpdateSecretVersionStageCommandInput,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Secrets, SecretValues } from "#shared/ports/secrets.ts";

import { awsPatience, calling, isAwsError } from "./aws-failure.ts";

/** The reading call; a test passes its own. */
export interface SecretReading {
  getSecretValue(input: GetSecretValueCommandInput): Promise<{
    readonly SecretString?: string | undefined;
    readonly VersionId?: string | undefined;
  }>;
}

/** All calls of the store; a test passes its own. */
export interface SecretsManagerCalls extends SecretReading {
  createSecret(input: CreateSecretCommandInput): Promise<unknown>;
  putSecretValue(
    input: PutSecretValueCommandInput,
  ): Promise<{ readonly VersionId?: string | undefined }>;
  updateSecretVersionStage(input: UpdateSecretVersionStageCommandInput): Promise<unknown>;
  deleteSecret(input: DeleteSecretCommandInput): Promise<unknown>;
}

interface SecretsManagerOptions {
  readonly calls: SecretsManagerCalls;
  /** Put before every name: the function's rights end there. `throughline/` */
  readonly prefix: string;
  readonly clock: Clock;
}

/** A rotated secret is seen after this at the latest; a reader who must know now asks `fresh`. */
const cacheMs = 60_000;
/** Writers that change the same secret at the same moment; more than a few means something loops. */
const mergeAttemptsMax = 5;
const current = "AWSCURRENT";
const pending = "AWSPENDING";

const StoredValues = z.record(z.string(), z.string());

interface Stored {
  readonly values: SecretValues;
  readonly versionId: string | undefined;
}

export function secretsManagerCalls(): SecretsManagerCalls {
  const client = new SecretsManagerClient(awsPatience);
  return {
    getSecretValue: (input) => client.send(new GetSecretValueCommand(input)),
    createSecret: (input) => client.send(new CreateSecretCommand(input)),
    putSecretValue: (input) => client.send(new PutSecretValueCommand(input)),
    updateSecretVersionStage: (input) => client.send(new UpdateSecretVersionStageCommand(input)),
    deleteSecret: (input) => client.send(new DeleteSecretCommand(input)),
  };
}

/** Secrets in AWS Secrets Manager: one secret per name, its value a flat JSON map. */
export function createSecretsManagerSecrets(options: SecretsManagerOptions): Secrets {
  const { calls, clock } = options;
  const cache = new Map<string, { readonly values: SecretValues; readonly readAtMs: number }>();
  const idOf = (name: string) => `${options.prefix}${name}`;

  return {
    async read(name, { fresh = false } = {}) {
      const held = cache.get(name);
      if (!fresh && held !== undefined && clock.nowMs() - held.readAtMs < cacheMs)
        return held.values;
      const stored = await readStored(calls, idOf(name));
      // Absence is not kept: the secret of a new connection must be seen at once.
      if (stored === undefined) cache.delete(name);
      else cache.set(name, { values: stored.values, readAtMs: clock.nowMs() });
      return stored?.values;
    },
    async write(name, values) {
      await put(calls, idOf(name), values);
      cache.delete(name);
    },
    async merge(name, values) {
      for (let attempt = 1; attempt <= mergeAttemptsMax; attempt += 1) {
        const isDone = await mergeOnce(calls, idOf(name), values);
        cache.delete(name);
        if (isDone) return;
      }
      throw new HubError(
        "store.unavailable",
        "A secret is being changed by too many at once: try again",
      );
    },
    async remove(name) {
      cache.delete(name);
      await calling("A secret could not be removed", async () => {
        try {
          // At once: a deleted connection's token must not stay readable for a week.
          await calls.deleteSecret({ SecretId: idOf(name), ForceDeleteWithoutRecovery: true });
        } catch (error) {
          if (!isAwsError(error, "ResourceNotFoundException")) throw error;
        }
      });
    },
  };
}

/** The text of a secret, or undefined where there is no secret or no value in it yet. */
export async function readSecretText(
  calls: SecretReading,
  secretId: string,
): Promise<{ readonly text: string; readonly versionId: string | undefined } | undefined> {
  return calling("A secret cannot be read", async () => {
    try {
      const answer = await calls.getSecretValue({ SecretId: secretId });
      if (answer.SecretString === undefined) return undefined;
      return { text: answer.SecretString, versionId: answer.VersionId };
    } catch (error) {
      if (isAwsError(error, "ResourceNotFoundException")) return undefined;
      throw error;
    }
  });
}

async function readStored(calls: SecretReading, id: string): Promise<Stored | undefined> {
  const found = await readSecretText(calls, id);
  if (found === undefined) return undefined;
  return { values: parseValues(found.text), versionId: found.versionId };
}

/** Neither the text nor the parser's complaint may reach an error: both can quote the secret. */
function parseValues(text: string): SecretValues {
  try {
    return StoredValues.parse(JSON.parse(text));
  } catch {
    throw new HubError("invariant.broken", "A stored secret is not a flat JSON map of texts");
  }
}

async function put(calls: SecretsManagerCalls, id: string, values: SecretValues): Promise<void> {
  const SecretString = JSON.stringify(values);
  await calling("A secret could not be stored", async () => {
    try {
      await calls.putSecretValue({ SecretId: id, SecretString });
    } catch (error) {
      if (!isAwsError(error, "ResourceNotFoundException")) throw error;
      if (!(await createNew(calls, id, SecretString))) {
        await calls.putSecretValue({ SecretId: id, SecretString });
      }
    }
  });
}

/** False if another writer created it first. */
async function createNew(
  calls: SecretsManagerCalls,
  id: string,
  SecretString: string,
): Promise<boolean> {
  try {
    await calls.createSecret({ Name: id, SecretString });
    return true;
  } catch (error) {
    if (isAwsError(error, "ResourceExistsException")) return false;
    throw error;
  }
}

/**
 * Compare and swap: the new version is stored beside the current one, and becomes current only if
 * the version it was made from still is, as rotations do it. False: somebody else was faster.
 */
async function mergeOnce(
  calls: SecretsManagerCalls,
  id: string,
  values: SecretValues,
): Promise<boolean> {
  const stored = await readStored(calls, id);
  return calling("A secret could not be changed", async () => {
    const SecretString = JSON.stringify({ ...stored?.values, ...values });
    if (stored?.versionId === undefined) return createNew(calls, id, SecretString);
    const { VersionId: made } = await calls.putSecretValue({
      SecretId: id,
      SecretString,
      VersionStages: [pending],
    });
    try {
      await calls.updateSecretVersionStage({
        SecretId: id,
        VersionStage: current,
        MoveToVersionId: made,
        RemoveFromVersionId: stored.versionId,
      });
      return true;
    } catch (error) {
      if (isAwsError(error, "InvalidParameterException")) return false;
      throw error;
    }
  });
}
