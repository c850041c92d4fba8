/** A mail, ready to be sent. */
export interface CloudMailing {
  /** Addresses without names: `alerts@acme.example`. */
  readonly from: string;
  readonly to: string;
  /** The whole of it, headers and all, as RFC 5322 has it. */
  readonly raw: Uint8Array;
}

/** How it ended; nothing is thrown. */
export type CloudMailResult =
  | { readonly outcome: "accepted" }
  /** Nothing was sent; later it may be. */
  | { readonly outcome: "throttled" | "unreached"; readonly reason: string }
  /** Nothing was sent and this mail never will be; `isClosed`: nor any other. */
  | { readonly outcome: "refused"; readonly reason: string; readonly isClosed?: boolean }
  /** The answer is lost: it may have been sent. */
  | { readonly outcome: "unanswered"; readonly reason: string };

/** The mail service of the cloud that the hub runs in; a hub elsewhere has none. */
export interface CloudMail {
  send(mailing: CloudMailing): Promise<CloudMailResult>;
}
