import { expect, test } from "vitest";

import { instantOf } from "#shared/model/time.ts";

import { createAccessToken } from "./access-token.ts";

function tokenIn(values: readonly (string | undefined)[]) {
  const time = { ms: Date.UTC(2026, 10, 21) };
  let asked = 0;
  const accessToken = createAccessToken({
    secretId: "arn:token",
    clock: { nowMs: () => time.ms, now: () => instantOf(time.ms), sleep: async () => undefined },
    calls: {
      getSecretValue: async () => {
        const SecretString = values[Math.min(asked, values.length - 1)];
        asked += 1;
        if (SecretString !== undefined) return { SecretString };
        throw Object.assign(new Error("no value"), { name: "ResourceNotFoundException" });
      },
    },
  });
  return { accessToken, time, asked: () => asked };
}

test("no token is configured until the secret has a value, and then it counts at once", async () => {
  const { accessToken } = tokenIn([undefined, "  \n", "let-me-in\n"]);
  expect(await accessToken.read()).toEqual({ mode: "unconfigured" });
  expect(await accessToken.read()).toEqual({ mode: "unconfigured" });
  expect(await accessToken.read()).toEqual({ mode: "token", token: "let-me-in" });
});

test("a changed token counts within a minute", async () => {
  const { accessToken, time, asked } = tokenIn(["old", "new"]);
  expect(await accessToken.read()).toEqual({ mode: "token", token: "old" });
  time.ms += 59_999;
  expect(await accessToken.read()).toEqual({ mode: "token", token: "old" });
  expect(asked()).toBe(1);
  time.ms += 1;
  expect(await accessToken.read()).toEqual({ mode: "token", token: "new" });
});
