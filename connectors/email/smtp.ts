import { Readable } from "node:stream";

import SMTPConnection from "nodemailer/lib/smtp-connection";

import type { EmailSettings } from "./settings.ts";

/** Each step of a mail server's talk; the function that sends has thirty seconds for it all. */
const stepTimeoutMs = 10_000;

/** How a talk with a mail server failed. */
export class SmtpFailure extends Error {
  override readonly name = "SmtpFailure";
  /** What the server answered, where it did. */
  readonly status: number | undefined;
  /** Whether the mail itself had begun to go out. */
  readonly isUnderway: boolean;
  /** Whether it was the user or the password. */
  readonly isLogin: boolean;
  /** Whether the connection could not be encrypted. */
  readonly isEncryption: boolean;

  constructor(cause: unknown, isUnderway: boolean) {
    super("The mail server did not take the mail", { cause });
    const { code, responseCode } = readError(cause);
    this.status = responseCode;
    this.isUnderway = isUnderway;
    this.isLogin = code === "EAUTH";
    this.isEncryption = code === "ETLS";
  }
}

/** Hands one mail to the mail server. Throws `SmtpFailure`. */
export async function sendBySmtp(
  settings: EmailSettings,
  mail: { readonly from: string; readonly to: string; readonly raw: Buffer },
): Promise<void> {
  let isUnderway = false;
  // Read only after the server has said "go ahead": from then on it may have the mail.
  function* content() {
    isUnderway = true;
    yield mail.raw;
  }
  await talk(
    settings,
    () => isUnderway,
    (connection) =>
      done((end) =>
        connection.send({ from: mail.from, to: [mail.to] }, Readable.from(content()), end),
      ),
  );
}

/** Connects and logs in, and says nothing more. Throws `SmtpFailure`. */
export async function greetSmtp(settings: EmailSettings): Promise<void> {
  await talk(
    settings,
    () => false,
    async () => undefined,
  );
}

async function talk(
  settings: EmailSettings,
  isUnderway: () => boolean,
  say: (connection: SMTPConnection) => Promise<void>,
): Promise<void> {
  const { host = "", port, security, user, password } = settings;
  const connection = new SMTPConnection({
    host,
    port,
    secure: security === "tls",
    ...(security === "starttls" && { requireTLS: true }),
    ...(security === "none" && { ignoreTLS: true }),
    tls: { minVersion: "TLSv1.2" },
    connectionTimeout: stepTimeoutMs,
    greetingTimeout: stepTimeoutMs,
    socketTimeout: stepTimeoutMs,
  });
  try {
    // A connection that breaks tells it by an event, whichever step it breaks.
    await Promise.race([
      new Promise<never>((_resolve, reject) => connection.on("error", reject)),
      converse(connection, say, user === undefined ? undefined : { user, password }),
    ]);
    connection.quit();
  } catch (error) {
    connection.close();
    throw new SmtpFailure(error, isUnderway());
  }
}

async function converse(
  connection: SMTPConnection,
  say: (connection: SMTPConnection) => Promise<void>,
  login: { readonly user: string; readonly password: string | undefined } | undefined,
): Promise<void> {
  await done((end) => connection.connect(end));
  if (login) {
    const credentials = { user: login.user, pass: login.password ?? "" };
    await done((end) => connection.login({ credentials }, end));
  }
  await say(connection);
}

/** A step of the talk, which ends by a callback. */
function done(step: (end: (error?: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    step((error) => (error ? reject(error) : resolve()));
  });
}

function readError(error: unknown): { code?: string; responseCode?: number } {
  if (!(error instanceof Error)) return {};
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const status = "responseCode" in error ? error.responseCode : undefined;
  return {
    ...(code !== undefined && { code }),
    ...(typeof status === "number" && { responseCode: status }),
  };
}
