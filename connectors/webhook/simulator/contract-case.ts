import { systemClock } from "#shared/adapters/system-clock.ts";
import type {
  ContractCase,
  NotifierStage,
} from "#shared/testing/connector-contract/contract-case.ts";

import { startWebhookSimulator } from "./start-webhook-simulator.ts";

async function start(): Promise<NotifierStage> {
  const receiver = await startWebhookSimulator({ clock: systemClock });
  return {
    settings: { url: receiver.hookUrl, secret: receiver.secret, name: "Incident desk" },
    faults: receiver.faults,
    count: () => receiver.received().length,
    activeParts: () => addressesIn(receiver.received().at(-1)?.payload.data),
    close: () => receiver.close(),
  };
}

/** JSON acts on nothing; what a receiver may do with it is open its addresses. */
function addressesIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    name === "url" ? [String(part)] : addressesIn(part),
  );
}

export const contractCase: ContractCase = {
  notifier: {
    start,
    refused: [
      {
        what: "another signing secret than the receiver has",
        settings: (good) => ({ ...good, secret: `whsec_${"ab".repeat(20)}` }),
        codes: ["connector.unauthorized"],
      },
      {
        what: "an address where nothing takes webhooks",
        settings: (good) => ({ ...good, url: `${String(good["url"])}/gone` }),
        codes: ["connector.not-found"],
      },
      {
        what: "a host where nobody listens",
        settings: (good) => ({ ...good, url: "http://127.0.0.1:9/hooks" }),
        codes: ["connector.unreachable"],
      },
      {
        what: "an address of an inside network",
        settings: (good) => ({ ...good, url: "https://169.254.169.254/latest/meta-data/" }),
        codes: ["connector.misconfigured"],
      },
    ],
    rightfulParts: (message) => [
      message.url,
      ...message.path.flatMap(({ url }) => (url?.startsWith("https:") ? [url] : [])),
    ],
  },
};
