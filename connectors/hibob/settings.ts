import * as z from "zod";

import { serverAddress } from "#shared/kit/server-address.ts";

/**
 * An org level may be the department, the site, or a field that the company added to the section Work.
 * Everything else is refused here, so that no setting can make the hub read pay or birth dates.
 */
const OrgField = z
  .string()
  .regex(
    /^work\.(?:department|site|customColumns\.column_\d{1,20}|custom\.field_\d{1,20})$/u,
    "Give work.department, work.site, or the id of a field of your own in the section Work: work.customColumns.column_1655996461265",
  );

export const HibobSettings = z.strictObject({
  serviceUserId: z
    .string()
    .regex(/^[^\s:]{3,200}$/u, "Copy the ID as HiBob shows it: SERVICE-12345")
    .meta({
      title: "Service user ID",
      description:
        "Made in HiBob under Settings, Integrations, Automation, Service users. It sees nothing until a permission group says what: see the README of this connector for the fields to allow.",
      step: "access",
    }),
  serviceUserToken: z.string().min(8).max(500).meta({
    title: "Service user token",
    description: "Shown once, when the service user is made.",
    secret: true,
  }),
  orgLevels: z.array(OrgField).min(1).max(5).default(["work.department"]).meta({
    title: "Org levels",
    description:
      "The fields that make up your organisation below the company, topmost first; the last one is the team. work.department, then the field id of your own team field, which GET /v1/company/people/fields lists.",
  }),
  companyName: z.string().min(1).max(80).default("Company").meta({
    title: "Company name",
    description: "Name of the topmost unit.",
  }),
  webhookSecret: z.string().min(8).max(500).optional().meta({
    title: "Webhook secret",
    description:
      "Shown by HiBob when you add a webhook (version 2) that sends employee and table events to the address of this connection. Without it, changes are seen at the next hourly pull.",
    secret: true,
  }),
  baseUrl: serverAddress().default("https://api.hibob.com").meta({
    title: "API address",
    description:
      "https://api.hibob.com, https://api.sandbox.hibob.com for a sandbox, or another server that speaks HiBob's protocol.",
  }),
});
export type HibobSettings = z.infer<typeof HibobSettings>;
