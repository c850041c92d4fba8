import { expect, test } from "vitest";

import { instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

import { createSecretsManagerSecrets, type SecretsManagerCalls } from "./secrets-manager.ts";

const awsError = (name: string) => Object.assign(new Error(`said ${name}`), { name });

/** The versions and staging labels of Secrets Manager, as its documents describe them. */
function fakeSecretsManager() {
  const secrets = new Map<string, { labels: Map<string, string>; versions: Map<string, string> }>();
  let versionCount = 0;
  const calls: string[] = [];
  const secretOf = (id: string | undefined) => {
    const secret = secrets.get(id ?? "");
    if (secret === undefined) throw awsError("ResourceNotFoundException");
    return secret;
  };
  const service: SecretsManagerCalls = {
    async getSecretValue({ SecretId }) {
      calls.push(`get ${SecretId}`);
      const secret = secretOf(SecretId);
      const VersionId = secret.labels.get("AWSCURRENT") ?? "";
      return { VersionId, SecretString: secret.versions.get(VersionId) };
    },
    async createSecret({ Name = "", SecretString = "" }) {
      calls.push(`create ${Name}`);
      if (secrets.has(Name)) throw awsError("ResourceExistsException");
      const version = `v${(versionCount += 1)}`;
      secrets.set(Name, {
        labels: new Map([["AWSCURRENT", version]]),
        versions: new Map([[version, SecretString]]),
      });
    },
    async putSecretValue({ SecretId, SecretString = "", VersionStages = ["AWSCURRENT"] }) {
      calls.push(`put ${SecretId}`);
      const secret = secretOf(SecretId);
      const VersionId = `v${(versionCount += 1)}`;
      secret.versions.set(VersionId, SecretString);
      for (const label of VersionStages) secret.labels.set(label, VersionId);
      return { VersionId };
    },
    async updateSecretVersionStage({
      SecretId,
      VersionStage = "",
      MoveToVersionId = "",
      RemoveFromVersionId,
    }) {
      calls.push(`stage ${SecretId}`);
      const secret = secretOf(SecretId);
      if (secret.labels.get(VersionStage) !== RemoveFromVersionId)
        throw awsError("InvalidParameterException");
      secret.labels.set(VersionStage, MoveToVersionId);
    },
    async deleteSecret({ SecretId = "", ForceDeleteWithoutRecovery }) {
      calls.push(`delete ${SecretId} ${ForceDeleteWithoutRecovery === true ? "at once" : "later"}`);
      if (!secrets.delete(SecretId)) throw awsError("ResourceNotFoundException");
    },
  };
  return { service, calls };
}

function storeOn(service: SecretsManagerCalls) {
  const time = { ms: Date.UTC(2026, 10, 21) };
  const clock: Clock = {
    nowMs: () => time.ms,
    now: () => instantOf(time.ms),
    sleep: async () => undefined,
  };
  return {
    secrets: createSecretsManagerSecrets({ calls: service, prefix: "throughline/", clock }),
    time,
  };
}

const name = "connection/conn_1";

test("the first write creates the secret under the prefix, the second replaces it whole", async () => {
  const { service, calls } = fakeSecretsManager();
  const { secrets } = storeOn(service);
  await secrets.write(name, { token: "a", extra: "b" });
  await secrets.write(name, { token: "c" });
  expect(await secrets.read(name)).toEqual({ token: "c" });
  expect(calls).toContain("create throughline/connection/conn_1");
});

test("a secret that is not there, or has no value yet, reads as undefined and is asked for again", async () => {
  const { service, calls } = fakeSecretsManager();
  const { secrets } = storeOn(service);
  expect(await secrets.read(name)).toBeUndefined();
  expect(await secrets.read(name)).toBeUndefined();
  expect(calls).toHaveLength(2);
});

test("a read is remembered for a minute, unless it is asked fresh", async () => {
  const { service, calls } = fakeSecretsManager();
  const writer = storeOn(service).secrets;
  const { secrets: reader, time } = storeOn(service);
  await writer.write(name, { token: "old" });
  await reader.read(name);
  await writer.write(name, { token: "new" });
  const callsSoFar = calls.length;

  expect(await reader.read(name)).toEqual({ token: "old" });
  expect(calls).toHaveLength(callsSoFar);
  expect(await reader.read(name, { fresh: true })).toEqual({ token: "new" });

  await writer.write(name, { token: "newest" });
  time.ms += 60_000;
  expect(await reader.read(name)).toEqual({ token: "newest" });
});

test("own writes, merges and removals are seen at once", async () => {
  const { secrets } = storeOn(fakeSecretsManager().service);
  await secrets.write(name, { token: "a" });
  await secrets.read(name);
  await secrets.write(name, { token: "b" });
  expect(await secrets.read(name)).toEqual({ token: "b" });
  await secrets.merge(name, { webhook: "c" });
  expect(await secrets.read(name)).toEqual({ token: "b", webhook: "c" });
  await secrets.remove(name);
  expect(await secrets.read(name)).toBeUndefined();
});

test("merging into nothing creates the secret", async () => {
  const { secrets } = storeOn(fakeSecretsManager().service);
  await secrets.merge(name, { webhook: "c" });
  expect(await secrets.read(name)).toEqual({ webhook: "c" });
});

test("merges at the same moment keep the keys of all", async () => {
  const { service } = fakeSecretsManager();
  const stores = Array.from({ length: 4 }, () => storeOn(service).secrets);
  await Promise.all(stores.map((secrets, index) => secrets.merge(name, { [`key${index}`]: "x" })));
  expect(await storeOn(service).secrets.read(name)).toEqual({
    key0: "x",
    key1: "x",
    key2: "x",
    key3: "x",
  });
});

test("a merge that always loses gives up with an error that is worth a retry", async () => {
  const { service } = fakeSecretsManager();
  const { secrets } = storeOn({
    ...service,
    updateSecretVersionStage: async () => {
      throw awsError("InvalidParameterException");
    },
  });
  await secrets.write(name, { token: "a" });
  await expect(secrets.merge(name, { b: "c" })).rejects.toMatchObject({
    code: "store.unavailable",
  });
});

test("removing deletes at once and may be repeated", async () => {
  const { service, calls } = fakeSecretsManager();
  const { secrets } = storeOn(service);
  await secrets.write(name, { token: "a" });
  await secrets.remove(name);
  await secrets.remove(name);
  expect(calls.filter((call) => call.startsWith("delete"))).toEqual([
    "delete throughline/connection/conn_1 at once",
    "delete throughline/connection/conn_1 at once",
  ]);
});

test("a stored value of another form is refused without being quoted", async () => {
  const { service } = fakeSecretsManager();
  const { secrets } = storeOn(service);
  await service.createSecret({ Name: `throughline/${name}`, SecretString: '{"token":{"s3cret":1' });
  const failure = await secrets.read(name).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "invariant.broken", cause: undefined });
  expect(JSON.stringify(failure)).not.toContain("s3cret");
});

test("a refusal of the service is an error that is worth a retry", async () => {
  const { service } = fakeSecretsManager();
  const { secrets } = storeOn({
    ...service,
    getSecretValue: async () => {
      throw awsError("ThrottlingException");
    },
  });
  await expect(secrets.read(name)).rejects.toMatchObject({
    code: "store.unavailable",
    details: { failure: "ThrottlingException" },
  });
});
