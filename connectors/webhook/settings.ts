import * as z from "zod";

import { serverAddress } from "#shared/kit/server-address.ts";

/** Bytes of a key (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md, 2026-11). */
const keyBytes = { min: 24, max: 64 };

function signingSecret() {
  return z
    .string()
    .regex(/^whsec_[A-Za-z0-9+/]{8,120}={0,2}$/u, "It begins with whsec_ and goes on in base64")
    .refine(hasKeyLength, `After whsec_ come ${keyBytes.min} to ${keyBytes.max} bytes in base64`);
}

function hasKeyLength(secret: string): boolean {
  const encoded = secret.slice("whsec_".length).replace(/=+$/u, "");
  // A base64 digit holds six bits; a single digit left over holds no byte.
  const bytes = Math.floor((encoded.length * 6) / 8);
  return encoded.length % 4 !== 1 && bytes >= keyBytes.min && bytes <= keyBytes.max;
}

export const WebhookSettings = z.strictObject({
  url: serverAddress().meta({
    title: "URL",
    description:
      "Where your system takes webhooks: https, and reachable by the whole internet. What stands in it is kept secret.",
    secret: true,
  }),
  secret: signingSecret().meta({
    title: "Signing secret",
    description:
      "By which your system knows that a webhook is ours: `whsec_` and 32 random bytes in base64, the same on both sides. Make one with: echo whsec_$(openssl rand -base64 32)",
    secret: true,
  }),
  previousSecret: signingSecret().optional().meta({
    title: "Previous signing secret",
    description:
      "While you change the secret: the old one, with which each webhook is then signed too. Take it out when your system knows the new one.",
    secret: true,
  }),
  name: z.string().min(1).max(80).optional().meta({
    title: "Name of the system",
    description: "For people to recognise it, such as: Incident desk.",
  }),
});
export type WebhookSettings = z.infer<typeof WebhookSettings>;
