import * as z from "zod";

import { GrantId } from "./ids.ts";
import { Instant } from "./time.ts";

/** An admin's consent to an OAuth app of the hub. Its tokens live in `Secrets`, never here. */
export const Grant = z.strictObject({
  type: z.literal("grant"),
  id: GrantId,
  connector: z.string(),
  scopes: z.array(z.string()),
  /** The workspaces that the consent covered when it was last asked. */
  sites: z.array(
    z.strictObject({
      id: z.string().max(200),
      name: z.string().max(200),
      url: z.string().max(500),
      scopes: z.array(z.string()),
      settings: z.record(z.string(), z.json()),
    }),
  ),
  /** `revoked`: the vendor refused its refresh token for good, and somebody must consent again. */
  status: z.enum(["active", "revoked"]),
  /**
   * Removed here at that moment, while it stands at the vendor, who offers no way to take it back or did
   * not do it: kept as a note until an admin has done so by hand.
   */
  leftAtVendorAt: Instant.optional(),
  /** Removed here; the vendor did not answer yet when it was asked to take it back, and is asked again. */
  isBeingTakenBack: z.literal(true).optional(),
  createdAt: Instant,
  updatedAt: Instant,
  revision: z.int().nonnegative(),
});
export type Grant = z.infer<typeof Grant>;

/** A consent that an admin was sent to give and that has not come back yet. Used once, for ten minutes. */
export const ConsentAttempt = z.strictObject({
  type: z.literal("consent-attempt"),
  /** The `state` of the flow: what comes back must name it. */
  state: z.string().min(20),
  connector: z.string(),
  codeVerifier: z.string(),
  redirectUri: z.string(),
  /** SHA-256 of the key in the browser that began it; one without, of an older hub, is refused. */
  browserHash: z.string().optional(),
  /** The grant that is consented to anew; absent: a new one. */
  grantId: GrantId.optional(),
  createdAt: Instant,
});
export type ConsentAttempt = z.infer<typeof ConsentAttempt>;
