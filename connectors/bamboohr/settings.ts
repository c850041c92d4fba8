import * as z from "zod";

import { serverAddress } from "#shared/kit/server-address.ts";

import { datedTables } from "./fields.ts";

/**
 * An org level may be one of BambooHR's own structure fields or a field of the company's own. Pay,
 * birth dates and the like are refused here, so that no setting can make the hub read them.
 */
const OrgField = z.string().regex(/^(?:division|department|location|custom[A-Za-z0-9_]{1,60})$/u, {
  error: "Give division, department, location or the alias of a custom field (customTeam)",
});

export const BambooSettings = z.strictObject({
  companyDomain: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,62}$/u, {
      error: "Only the first part: acme of acme.bamboohr.com",
    })
    .meta({
      title: "Company domain",
      description: "The part before .bamboohr.com in the address that you log in at.",
    }),
  apiKey: z.string().min(8).max(200).optional().meta({
    title: "API key",
    description:
      "Made in BambooHR under your name, API Keys. The hub sees what the key's owner may see: use an account that may view names, work e-mail, job and employment status of everybody, and nothing more. Not needed where the connection rests on a consent.",
    secret: true,
  }),
  orgLevels: z.array(OrgField).min(1).max(5).default(["division", "department"]).meta({
    title: "Org levels",
    description:
      "The fields that make up your organisation below the company, topmost first. The last one is the team: division, department, customTeam.",
  }),
  datedTables: z
    .array(z.enum(datedTables))
    .max(datedTables.length)
    .default([...datedTables])
    .meta({
      title: "Tables of dated rows",
      description:
        "jobInfo tells of moves ahead and of past ones, employmentStatus of leaving and coming back. BambooHR gives their rows whole; of them the hub keeps dates, org levels, whether the manager stays the same, and whether a status is Terminated. Without a table, its changes are known on the day they happen.",
    }),
  companyName: z.string().min(1).max(80).optional().meta({
    title: "Company name",
    description: "Name of the topmost unit. The company domain is used when this is empty.",
  }),
  baseUrl: serverAddress().optional().meta({
    title: "API address",
    description:
      "Only for another server that speaks BambooHR's protocol. Leave empty for https://<company domain>.bamboohr.com/api",
  }),
});
export type BambooSettings = z.infer<typeof BambooSettings>;

/** The API's root without a trailing slash; versions follow it. */
export function apiRoot(settings: Pick<BambooSettings, "companyDomain" | "baseUrl">): string {
  const url = settings.baseUrl ?? `https://${settings.companyDomain}.bamboohr.com/api`;
  return url.replace(/\/+$/u, "");
}
