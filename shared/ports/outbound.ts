/** One POST to an address that somebody typed in. */
export interface OutboundPost {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the whole of it: name, connection, request and answer. */
  readonly timeoutMs: number;
  /** How much of the answer is read; absent: a few thousand bytes, enough for a reason. */
  readonly answerBytesMax?: number;
}

/** How it ended; nothing is thrown. Reasons name neither the address nor what was sent. */
export type OutboundResult =
  /** Redirects are answers too: none is ever followed. */
  | {
      readonly outcome: "answered";
      readonly status: number;
      /** As the header `Retry-After` has it. */
      readonly retryAfter?: string;
      /** The answer's headers by their names in small letters; those that come several times are joined. */
      readonly headers?: Readonly<Record<string, string>>;
      /** The first characters of it. */
      readonly body: string;
    }
  /** The hub must not call this address. Nothing was sent, nor ever will be. */
  | { readonly outcome: "forbidden"; readonly reason: string }
  /** No connection came about: nothing was sent. */
  | { readonly outcome: "unreached"; readonly reason: string }
  /** It was sent, in part at least, and its answer is lost. */
  | { readonly outcome: "unanswered"; readonly reason: string };

/**
 * The way out to addresses that people type in: it calls what the world can reach, never what only this
 * machine and its network can.
 */
export interface Outbound {
  post(request: OutboundPost): Promise<OutboundResult>;
}
