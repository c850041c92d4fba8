import { afterEach, expect, test } from "vitest";

import type { Source } from "#shared/kit/connector.ts";
import type { Fact } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import { PrismCheck } from "#shared/testing/connector-contract/prism.ts";
import { type Exchange, pathOf, startRelay } from "#shared/testing/connector-contract/relay.ts";
import { specsPath } from "#shared/testing/specs.ts";

import { connectionId, startConsentedSite } from "./simulator/consented-site.ts";
import { contractCase } from "./simulator/contract-case.ts";

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

const document = contractCase.source?.document;
const file = document && specsPath(...document.file);

/** All that a source asks on a consent and not with an API token. */
async function exchangesOnConsent(): Promise<readonly Exchange[]> {
  const site = await startConsentedSite();
  const relay = await startRelay(site.jira.url);
  cleanups.push(
    () => relay.close(),
    () => site.jira.close(),
  );
  const baseUrl = `${relay.url}/ex/jira/${site.jira.state.cloudId}`;
  const source = site.open({ settings: { ...site.settings, baseUrl } });
  await source.probe();
  await source.discover?.();
  await source.subscriptionResources?.();
  await confirmRestricted(site, source);
  const targetUrl = `https://hub.example/webhooks/jira/${connectionId}?subscription=sub_1`;
  const request = { id: "sub_1", targetUrl, resource: "*" };
  const made = await source.subscribe?.(request);
  await source.subscribe?.(request);
  await source.inspectSubscriptions?.([request]);
  await source.unsubscribe?.(made?.nativeId ?? "");
  return relay.exchanges.filter((exchange) => pathOf(exchange).includes("/rest/"));
}

/** Of an issue that was deleted under a security level. */
async function confirmRestricted(
  { jira }: Awaited<ReturnType<typeof startConsentedSite>>,
  source: Source,
): Promise<void> {
  jira.perform({ kind: "updateIssue", key: "PAY-3", securityLevelId: "10500" });
  const held = new Map<FactId, Fact>();
  for await (const { changes } of source.pull("issues", undefined)) {
    for (const each of changes) if (each.kind === "upserted") held.set(each.record.id, each.record);
  }
  const restricted = [...held].filter(([, fact]) => "restrictedTo" in fact).map(([id]) => id);
  jira.perform({ kind: "deleteIssue", key: "PAY-3", deleteSubtasks: true });
  await source.confirm("issues", restricted, held);
}

test.skipIf(file === undefined)(
  "what is asked on a consent, and what the simulator answers, is valid for Atlassian's document",
  async () => {
    if (!document || file === undefined) throw new Error("skipped above");
    const check = await PrismCheck.of(document, file);
    const exchanges = await exchangesOnConsent();
    const verdicts = await Promise.all(exchanges.map((exchange) => check.check(exchange)));
    expect(verdicts.flatMap(({ violations }) => violations)).toEqual([]);
    const operations = new Set(verdicts.map(({ operation }) => operation));
    for (const operation of ["get", "post", "delete"]) {
      expect([...operations]).toContain(`${operation.toUpperCase()} /rest/api/3/webhook`);
    }
    expect([...operations]).toContain("PUT /rest/api/3/webhook/refresh");
    expect([...operations]).toContain("GET /rest/api/3/project/{projectKeyOrId}/securitylevel");
  },
  30_000,
);
