import type {
  ContractCase,
  NotifierStage,
} from "#shared/testing/connector-contract/contract-case.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { startMailSimulator } from "./start-mail-simulator.ts";
import type { DeliveredMail } from "./start-mail-simulator.ts";

async function start(): Promise<NotifierStage> {
  const mail = await startMailSimulator({ clock: new ManualClock("2026-11-21T08:00:00.000Z") });
  return {
    settings: {
      transport: "smtp",
      from: "alerts@acme.example",
      to: "alignment@acme.example",
      host: "127.0.0.1",
      port: mail.smtpPort,
      security: "none",
    },
    faults: mail.faults,
    count: () => mail.mails().length,
    activeParts: () => {
      const last = mail.mails().at(-1);
      return last ? activeIn(last) : [];
    },
    close: () => mail.close(),
  };
}

/** Elements that only arrange and emphasise, and their attributes that name nothing to load or run. */
const quietTags =
  /^<(?:!doctype|\/|(?:html|head|meta|title|style|body|div|table|tr|td|p|h1|h2|strong|span|a)[\s>])/iu;
const quietAttributes =
  /^(?:class|style|lang|charset|name|content|role|width|cellpadding|cellspacing|border|align)$/iu;

/**
 * What a mail reader would act on: links, elements that are none of ours, attributes that load or run
 * something, and addresses in the text that it would make links of.
 */
function activeIn({ html, text }: DeliveredMail): readonly string[] {
  const tags = html.match(/<[^>]*>/gu) ?? [];
  const links: string[] = [];
  const others: string[] = [];
  for (const tag of tags) {
    if (!quietTags.test(tag)) others.push(tag);
    for (const [, name = "", value = ""] of tag.matchAll(/([\w-]+)="([^"]*)"/gu)) {
      if (name === "href") links.push(value.replaceAll("&amp;", "&"));
      else if (!quietAttributes.test(name)) others.push(`${name}="${value}"`);
    }
  }
  const named = (text.match(/\S*:\/\/\S*/gu) ?? []).filter((url) => !links.includes(url));
  return [...links, ...others, ...named];
}

export const contractCase: ContractCase = {
  notifier: {
    start,
    saysWhen: false,
    refused: [
      {
        what: "a mail server that does not exist",
        settings: (good) => ({ ...good, host: "127.0.0.1", port: 65_535 }),
        codes: ["connector.unreachable"],
      },
      {
        what: "a mail server that cannot encrypt",
        settings: (good) => ({ ...good, security: "starttls" }),
        codes: ["connector.misconfigured", "connector.forbidden"],
      },
    ],
    rightfulParts: (message) => [
      ...message.path.flatMap(({ url }) => (url?.startsWith("https:") ? [url] : [])),
      message.url,
    ],
  },
};
