import * as z from "zod";

import { GrantId } from "#shared/model/ids.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { lists } from "#shared/store/keys.ts";
import { grantSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import { defineRoute } from "../http/route.ts";
import type { Route } from "../http/route.ts";
import { consentAddress } from "./begin-consent.ts";
import { ConsentInfo, OAuthAppInput, saveOAuthApp } from "./oauth-apps.ts";

const topic = "Consents";
const params = z.strictObject({ name: z.string().max(60) });

const GrantAnswer = z
  .strictObject({
    id: z.string(),
    connector: z.string(),
    status: z.enum(["active", "revoked"]),
    scopes: z.array(z.string()),
    sites: z
      .array(z.strictObject({ id: z.string(), name: z.string(), url: z.string() }))
      .meta({ description: "Connect one with `POST /api/connections`, naming grant and site" }),
    leftAtVendorAt: z.string().optional().meta({
      description: "Removed here then, while it stands at the vendor: take it back there by hand",
    }),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: "Grant" });

/** OAuth apps of the hub, and the consents that admins gave to them. */
export function consentRoutes(context: AppContext): readonly Route[] {
  return [
    defineRoute({
      method: "put",
      path: "/api/connectors/{name}/oauth-app",
      topic,
      summary: "Enter the OAuth app of this hub; its secret is never given back",
      params,
      body: OAuthAppInput,
      answer: ConsentInfo,
      refusals: ["entity.not-found"],
      run: ({ params, body }) => saveOAuthApp(context, params.name, body),
    }),
    defineRoute({
      method: "post",
      path: "/api/connectors/{name}/consents",
      topic,
      summary: "Where an admin begins a consent: in the browser that opens this address",
      params,
      body: z.strictObject({
        grantId: GrantId.optional().meta({ description: "To be given anew; absent: a new one" }),
        writesBack: z.boolean().optional().meta({
          description: "Also ask that the hub may write into the tool",
        }),
      }),
      answer: z.strictObject({
        address: z
          .string()
          .meta({ description: "Of this hub; what is begun there lasts ten minutes" }),
      }),
      refusals: ["entity.not-found", "connector.misconfigured"],
      run: async ({ params, body }) => ({
        address: await consentAddress(context, params.name, body),
      }),
    }),
    defineRoute({
      method: "get",
      path: "/api/consents",
      topic,
      summary: "Consents that were given, with the sites that they cover",
      answer: z.strictObject({ consents: z.array(GrantAnswer) }),
      run: async () => {
        const grants = await listDocuments(context.table, grantSpec, lists.grants);
        return {
          consents: grants.map(
            ({ type: _type, revision: _revision, isBeingTakenBack: _asked, sites, ...grant }) => ({
              ...grant,
              sites: sites.map(({ id, name, url }) => ({ id, name, url })),
            }),
          ),
        };
      },
    }),
  ];
}
