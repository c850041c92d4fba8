import {
  deleteWebhookById,
  getDynamicWebhooksForApp,
  refreshWebhooks,
  registerDynamicWebhooks,
} from "jira.js/cloud";
import type { Client } from "jira.js/core";
import * as z from "zod";

import { HubError } from "#shared/errors.ts";

import { type JiraAccess, jiraTransport } from "./client-transport.ts";
import { parseAnswer } from "./parse-answer.ts";
import { WireDynamicPage, WireRegistered, WireWebhook } from "./wire-webhooks.ts";

const adminPath = "/rest/webhooks/1.0/webhook";
/** The longest page of an app's webhooks (swagger v3, 2026-11). */
const pageMax = 100;

/** The calls about webhooks, answers parsed: an administrator's, and those of an OAuth app. */
export class JiraWebhookClient {
  readonly #client: Client;

  constructor(access: JiraAccess) {
    this.#client = jiraTransport(access);
  }

  /** Administrators' webhooks: not part of API v3, so not of jira.js. */
  async admin(): Promise<readonly WireWebhook[]> {
    const answer: unknown = await this.#client.sendRequest({ url: adminPath, method: "GET" });
    return parseAnswer(z.array(WireWebhook), answer, "the webhooks");
  }

  async createAdmin(body: Readonly<Record<string, unknown>>): Promise<WireWebhook> {
    const request = { url: adminPath, method: "POST", body } as const;
    const answer: unknown = await this.#client.sendRequest(request);
    return parseAnswer(WireWebhook, answer, "a new webhook");
  }

  /** Succeeds when it is already gone, or no longer ours to touch. */
  async deleteAdmin(id: string): Promise<void> {
    const url = `${adminPath}/${encodeURIComponent(id)}`;
    await unlessOutOfReach(this.#client.sendRequest({ url, method: "DELETE" }));
  }

  /** All that the app has registered for the account that consented. */
  async dynamic() {
    const all: WireDynamicPage["values"] = [];
    for (;;) {
      const answer = await getDynamicWebhooksForApp(this.#client, {
        startAt: all.length,
        maxResults: pageMax,
      });
      const page = parseAnswer(WireDynamicPage, answer, "the app's webhooks");
      all.push(...page.values);
      if (page.isLast !== false || page.values.length === 0) return all;
    }
  }

  /** Returns the id. Throws `connector.misconfigured` with Jira's own words for what it does not take. */
  async createDynamic(url: string, webhook: { events: string[]; jqlFilter: string }) {
    const answer = await registerDynamicWebhooks(this.#client, { url, webhooks: [webhook] });
    const parsed = parseAnswer(WireRegistered, answer, "a new webhook");
    const [made] = parsed.webhookRegistrationResult;
    if (made?.createdWebhookId !== undefined) return made.createdWebhookId;
    const why = made?.errors?.join(" ").slice(0, 300) ?? "without a reason";
    throw new HubError("connector.misconfigured", `Jira did not register the webhook: ${why}`);
  }

  /** Gives them thirty more days. Ids that Jira does not know are passed over in silence. */
  async refreshDynamic(ids: readonly number[]): Promise<void> {
    await refreshWebhooks(this.#client, { webhookIds: [...ids] });
  }

  /** Succeeds when they are already gone, or no longer ours to touch. */
  async deleteDynamic(ids: readonly number[]): Promise<void> {
    await unlessOutOfReach(deleteWebhookById(this.#client, { webhookIds: [...ids] }));
  }
}

async function unlessOutOfReach(asking: Promise<unknown>): Promise<void> {
  try {
    await asking;
  } catch (error) {
    const code = error instanceof HubError ? error.code : undefined;
    if (code !== "connector.not-found" && code !== "connector.forbidden") throw error;
  }
}
