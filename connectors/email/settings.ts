import { domainToASCII } from "node:url";

import * as z from "zod";

/** One address and nothing else: what stands here becomes part of headers and of the envelope. */
export const MailAddress = z
  .string()
  .max(254)
  .regex(/^[^\s<>()[\]\\,;:"@\p{Cc}]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?$/u, {
    error: "One mail address, such as alerts@acme.example",
  });

/** As every mail server takes it: a domain of other letters by the name that it has there (RFC 5890). */
export function asciiAddress(address: string): string {
  const at = address.lastIndexOf("@") + 1;
  const domain = domainToASCII(address.slice(at));
  return domain === "" ? address : `${address.slice(0, at)}${domain}`;
}

/** Where mail servers listen to senders; from 1024 up whatever an operator chose. */
const mailPorts: ReadonlySet<number> = new Set([25, 465, 587]);
const freePortMin = 1024;

const fields = z.strictObject({
  transport: z.enum(["smtp", "ses"]).default("smtp").meta({
    title: "Sent through",
    description:
      "smtp: any mail server, with the fields below. ses: Amazon SES of the account and region where the hub runs; the fields of the mail server stay empty.",
  }),
  from: MailAddress.meta({
    title: "Sender",
    description:
      "The address that mails come from, such as alerts@acme.example. Your domain must allow the server to send for it (SPF, DKIM).",
  }),
  fromName: z.string().min(1).max(80).default("Throughline").meta({
    title: "Name of the sender",
    description: "What people see beside the address.",
  }),
  to: MailAddress.optional().meta({
    title: "Address of a list",
    description:
      "Where mail goes that is for a team and not for one person: a distribution list, such as alignment@acme.example. Without it only people are written to, at their work address.",
  }),
  host: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/iu, "A host name, without https://")
    .max(253)
    .optional()
    .meta({
      title: "Mail server",
      description: "For smtp: its host name, such as smtp.acme.example.",
    }),
  port: z
    .int()
    .max(65_535)
    .refine((port) => port >= freePortMin || mailPorts.has(port), "25, 465, 587, or above 1023")
    .default(587)
    .meta({ title: "Port", description: "For smtp: 587 with starttls, 465 with tls." }),
  security: z.enum(["starttls", "tls", "none"]).default("starttls").meta({
    title: "Encryption",
    description:
      "For smtp. starttls: the connection is encrypted before anything is said, or not used. tls: encrypted from the start. none: only without a password, for a relay on your own network.",
  }),
  user: z.string().min(1).max(200).optional().meta({
    title: "User",
    description: "For smtp, where the server asks for one.",
  }),
  password: z.string().min(1).max(1000).optional().meta({
    title: "Password",
    description: "For smtp, where the server asks for one. Often an app password.",
    secret: true,
  }),
});

export const EmailSettings = fields.superRefine((settings, context) => {
  const { transport, host, user, password, security } = settings;
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: [path], message });
  if (transport === "smtp" && host === undefined) refuse("host", "Name the mail server");
  if ((user === undefined) !== (password === undefined)) {
    refuse(user === undefined ? "user" : "password", "User and password go together");
  }
  if (security === "none" && password !== undefined) {
    refuse("security", "A password is sent over an encrypted connection only");
  }
});
export type EmailSettings = z.infer<typeof EmailSettings>;
