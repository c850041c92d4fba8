import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

import { Hono } from "hono";
import * as z from "zod";

import type { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import { controlRoutes } from "#shared/testing/simulator/control.ts";
import { Faults } from "#shared/testing/simulator/faults.ts";
import { Journal } from "#shared/testing/simulator/journal.ts";
import { Operations } from "#shared/testing/simulator/operations.ts";
import { serveSimulator } from "#shared/testing/simulator/serve.ts";
import type { ServedSimulator } from "#shared/testing/simulator/serve.ts";
import { WebhookSender } from "#shared/testing/simulator/webhook-sender.ts";

import { mailsPage } from "./mails-page.ts";
import { readMail } from "./read-mail.ts";
import type { ReadMail } from "./read-mail.ts";
import { serveSmtp } from "./smtp-session.ts";
import type { Handover, Verdict } from "./smtp-session.ts";

/** A mail in the mailboxes. */
export interface DeliveredMail extends ReadMail {
  readonly at: Instant;
  readonly from: string;
  readonly to: readonly string[];
}

export interface MailSimulator extends ServedSimulator {
  /** Where mail is taken; `url` is where people look at it. */
  readonly smtpPort: number;
  readonly faults: Faults;
  /** Newest last. */
  mails(): readonly DeliveredMail[];
}

interface MailSimulatorOptions {
  readonly clock: Clock;
  /** Of the page; 0, the default, takes a free port. */
  readonly port?: number;
  /** Of the mail server; 0, the default, takes a free port. */
  readonly smtpPort?: number;
  readonly journalPath?: string;
  /** Mail to others is refused as to a user who is not known. Absent: everybody is known. */
  readonly knows?: (address: string) => boolean;
  /** Absent: anybody may send. */
  readonly account?: { readonly user: string; readonly password: string };
}

const Operation = z.strictObject({
  kind: z.literal("deliver"),
  mail: z.strictObject({ from: z.string(), to: z.array(z.string()), raw: z.string() }),
});
type Operation = z.infer<typeof Operation>;

const mailsKeptMax = 500;

/** Starts a mail server that keeps all mail, and shows it at `/`. It speaks without encryption. */
export async function startMailSimulator(options: MailSimulatorOptions): Promise<MailSimulator> {
  const { clock, knows = () => true, account } = options;
  const faults = new Faults();
  const mails: DeliveredMail[] = [];
  const operations = new Operations<Operation, undefined>({
    schema: Operation,
    clock,
    journal: new Journal(options.journalPath),
    apply: ({ mail: { raw, ...envelope } }, at) => {
      mails.push({ at, ...envelope, ...readMail(raw) });
      if (mails.length > mailsKeptMax) mails.shift();
      return undefined;
    },
    emit: () => undefined,
  });
  operations.replay();

  const deliver = (mail: Handover) => {
    operations.perform({ kind: "deliver", mail: { ...mail, to: [...mail.to] } });
  };
  const smtp = await listen(options.smtpPort ?? 0, (socket) =>
    serveSmtp(socket, {
      recipient: (address) => (knows(address) ? undefined : "550 5.1.1 User unknown"),
      login: (user, password) => account?.user === user && account.password === password,
      mail: (mail) => verdictOn(mail, faults, deliver),
    }),
  );

  const app = new Hono();
  app.route(
    "/",
    controlRoutes({
      faults,
      sender: idleSender(clock, faults),
      perform: (operation) => operations.perform(operation),
      state: () => ({ mails }),
    }),
  );
  app.get("/", (c) => c.html(mailsPage(mails)));
  const served = await serveSimulator({
    app,
    ...(options.port !== undefined && { port: options.port }),
  });
  return {
    ...served,
    smtpPort: smtp.port,
    faults,
    mails: () => [...mails],
    close: async () => {
      await Promise.all([served.close(), smtp.close()]);
    },
  };
}

/** Faults are named as HTTP has them; a mail server says the same in words of its own. */
function verdictOn(mail: Handover, faults: Faults, deliver: (mail: Handover) => void): Verdict {
  const fault = faults.takeForRequest("POST", "/");
  if (fault?.kind === "reset") return null;
  if (fault?.kind === "status") {
    if (fault.status === 429) return "450 4.2.1 Too much mail at once";
    return fault.status >= 500 ? "451 4.3.0 Try again later" : "554 5.7.1 Refused";
  }
  deliver(mail);
  return fault?.kind === "truncate" ? null : "250 2.0.0 Delivered";
}

async function listen(port: number, talk: (socket: Socket) => void) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    talk(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    // It listens on TCP, so its address is one.
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** It sends nothing back; the control API wants a sender all the same. */
function idleSender(clock: Clock, faults: Faults): WebhookSender {
  const retry = { delayMs: () => undefined, isRetried: () => false, timeoutMs: 1000 };
  return new WebhookSender({ clock, faults, signatureHeader: "x-none", retry });
}
