import type { AddressInfo } from "node:net";

import { SMTPServer } from "smtp-server";
import { afterEach, expect, test } from "vitest";

import { EmailSettings } from "./settings.ts";
import { greetSmtp, SmtpFailure } from "./smtp.ts";

const servers: SMTPServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise<void>((end) => server.close(end));
});

/** A real mail server whose certificate nobody has vouched for. */
async function unvouched(secure: boolean) {
  const logins: string[] = [];
  const server = new SMTPServer({
    secure,
    onAuth: ({ username = "" }, _session, end) => {
      logins.push(username);
      end(null, { user: username });
    },
  });
  // What clients break off is what these tests are about.
  server.on("error", () => undefined);
  servers.push(server);
  await new Promise<void>((begun) => server.listen(0, "127.0.0.1", begun));
  // It listens on TCP, so its address is one.
  const { port } = server.server.address() as AddressInfo;
  return { port, logins };
}

test.each([
  ["starttls", false],
  ["tls", true],
] as const)(
  "%s: no password goes to a server whose certificate is not vouched for",
  async (security, secure) => {
    const { port, logins } = await unvouched(secure);
    const settings = EmailSettings.parse({
      from: "alerts@acme.example",
      host: "localhost",
      port,
      security,
      user: "hub",
      password: "a-secret",
    });
    const failure: unknown = await greetSmtp(settings).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SmtpFailure);
    expect(failure).toMatchObject({ isUnderway: false, isLogin: false });
    expect(logins).toEqual([]);
  },
);
