import { describe } from "vitest";

import { notifierContract } from "#shared/testing/connector-contract/notifier-contract.ts";
import { settingsContract } from "#shared/testing/connector-contract/settings-contract.ts";

import { slack } from "./connector.ts";
import { botCase } from "./simulator/contract-case.ts";

// The contract of every channel, held by the bot as well; tests/contract runs it for the webhook.
describe("slack, by a bot", () => {
  settingsContract(slack, async () => {
    const stage = await botCase.start();
    await stage.close();
    return stage.settings;
  });
  notifierContract(slack, botCase);
});
