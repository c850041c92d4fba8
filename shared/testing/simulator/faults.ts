import * as z from "zod";

const matching = {
  /** How many matches it hits before it is spent; absent: until it is cleared. */
  times: z.int().positive().optional(),
  /** How many matches pass unharmed first: "the third page fails" is `skip: 2`. */
  skip: z.int().nonnegative().default(0),
};

const onRequest = {
  ...matching,
  method: z.string().toUpperCase().optional(),
  pathPrefix: z.string().startsWith("/").default("/"),
};

/** What may happen to a request that a client makes. */
export const RequestFault = z.discriminatedUnion("kind", [
  z.strictObject({
    on: z.literal("request"),
    kind: z.literal("status"),
    status: z.int().min(300).max(599),
    retryAfterSeconds: z.number().nonnegative().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    /** Instead of the vendor's usual body for this status. */
    body: z.unknown().optional(),
    ...onRequest,
  }),
  /** Answers late. */
  z.strictObject({
    on: z.literal("request"),
    kind: z.literal("slow"),
    delayMs: z.int().positive(),
    ...onRequest,
  }),
  /** Announces the whole body, sends half of it and cuts the connection. */
  z.strictObject({ on: z.literal("request"), kind: z.literal("truncate"), ...onRequest }),
  /** Resets the connection before it answers; the request has no effect. */
  z.strictObject({ on: z.literal("request"), kind: z.literal("reset"), ...onRequest }),
]);
export type RequestFault = z.infer<typeof RequestFault>;

const onWebhook = {
  ...matching,
  /** Prefix of the event's name as the simulator calls it; absent: any. */
  eventPrefix: z.string().optional(),
};

/** What may happen to a webhook on its way. */
export const WebhookFault = z.discriminatedUnion("kind", [
  z.strictObject({ on: z.literal("webhook"), kind: z.literal("drop"), ...onWebhook }),
  z.strictObject({ on: z.literal("webhook"), kind: z.literal("duplicate"), ...onWebhook }),
  /** Arrives after the next one to the same receiver. */
  z.strictObject({ on: z.literal("webhook"), kind: z.literal("reorder"), ...onWebhook }),
  z.strictObject({
    on: z.literal("webhook"),
    kind: z.literal("delay"),
    delayMs: z.int().positive(),
    ...onWebhook,
  }),
  /** The second half of the body is missing; the signature is that of the whole. */
  z.strictObject({ on: z.literal("webhook"), kind: z.literal("truncate"), ...onWebhook }),
  z.strictObject({ on: z.literal("webhook"), kind: z.literal("corrupt-signature"), ...onWebhook }),
]);
export type WebhookFault = z.infer<typeof WebhookFault>;

/** A cursor is used, and with that every cursor of its kind that was given so far expires. */
const CursorFault = z.strictObject({
  on: z.literal("cursor"),
  kind: z.literal("expire"),
  ...matching,
  /** Which cursors, as the simulator calls them; absent: any. */
  of: z.string().optional(),
});

export const Fault = z.union([RequestFault, WebhookFault, CursorFault]);
export type Fault = z.infer<typeof Fault>;

/** A fault as it stands: how often it matched and how often it hit. */
interface ArmedFault {
  readonly id: string;
  readonly fault: Fault;
  matched: number;
  hits: number;
}

/** The faults that a simulator is told to have. The first one that matches takes effect, in order of arming. */
export class Faults {
  #armed: ArmedFault[] = [];
  #nextId = 1;

  /** Arms a fault and returns its id; throws `ZodError` on one it does not know. */
  arm(input: z.input<typeof Fault>): string {
    const id = `fault-${this.#nextId++}`;
    this.#armed.push({ id, fault: Fault.parse(input), matched: 0, hits: 0 });
    return id;
  }

  /** Disarms one fault, or all. */
  clear(id?: string): void {
    this.#armed = id === undefined ? [] : this.#armed.filter((armed) => armed.id !== id);
  }

  list(): readonly Readonly<ArmedFault>[] {
    return this.#armed.map((armed) => ({ ...armed }));
  }

  /** The fault that hits this request, if any; counts the match. */
  takeForRequest(method: string, path: string): RequestFault | undefined {
    const taken = this.#take(
      ({ fault }) =>
        fault.on === "request" &&
        (fault.method === undefined || fault.method === method) &&
        path.startsWith(fault.pathPrefix),
    );
    return taken?.on === "request" ? taken : undefined;
  }

  /** The fault that hits this webhook, if any; counts the match. */
  takeForWebhook(event: string): WebhookFault | undefined {
    const taken = this.#take(
      ({ fault }) =>
        fault.on === "webhook" &&
        (fault.eventPrefix === undefined || event.startsWith(fault.eventPrefix)),
    );
    return taken?.on === "webhook" ? taken : undefined;
  }

  /** Whether the cursors of this kind expire now; counts the match. */
  takeForCursor(of: string): boolean {
    const taken = this.#take(
      ({ fault }) => fault.on === "cursor" && (fault.of === undefined || fault.of === of),
    );
    return taken !== undefined;
  }

  #take(matches: (armed: ArmedFault) => boolean): Fault | undefined {
    for (const armed of this.#armed) {
      const { times, skip } = armed.fault;
      if ((times !== undefined && armed.hits >= times) || !matches(armed)) continue;
      armed.matched += 1;
      if (armed.matched <= skip) continue;
      armed.hits += 1;
      return armed.fault;
    }
    return undefined;
  }
}
