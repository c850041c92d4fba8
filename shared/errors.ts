/** What a failure means to whoever must react to it. */
interface ErrorTraits {
  /** `never`: the same input fails again. `later`: waiting may help. */
  readonly retry: "never" | "later";
  readonly audience: "customer" | "operator" | "developer";
  readonly httpStatus: number;
}

/** Every failure the hub can name. Codes are public and stable; messages may change. */
export const errorCodes = {
  "input.invalid": { retry: "never", audience: "customer", httpStatus: 400 },
  "input.malformed": { retry: "never", audience: "customer", httpStatus: 400 },
  "input.too-large": { retry: "never", audience: "customer", httpStatus: 413 },
  "access.unconfigured": { retry: "never", audience: "operator", httpStatus: 503 },
  "access.denied": { retry: "never", audience: "customer", httpStatus: 401 },
  "access.cross-site": { retry: "never", audience: "customer", httpStatus: 403 },
  "entity.not-found": { retry: "never", audience: "customer", httpStatus: 404 },
  "entity.conflict": { retry: "later", audience: "customer", httpStatus: 409 },
  "webhook.unverified": { retry: "never", audience: "operator", httpStatus: 401 },
  "webhook.unknown-connection": { retry: "never", audience: "operator", httpStatus: 404 },
  "connector.unauthorized": { retry: "never", audience: "operator", httpStatus: 422 },
  "connector.forbidden": { retry: "never", audience: "operator", httpStatus: 422 },
  "connector.misconfigured": { retry: "never", audience: "operator", httpStatus: 422 },
  "connector.not-found": { retry: "never", audience: "operator", httpStatus: 422 },
  "connector.shrunk": { retry: "never", audience: "operator", httpStatus: 422 },
  "connector.plan-limited": { retry: "never", audience: "operator", httpStatus: 422 },
  "connector.unreachable": { retry: "later", audience: "operator", httpStatus: 422 },
  "connector.rate-limited": { retry: "later", audience: "operator", httpStatus: 503 },
  "connector.unavailable": { retry: "later", audience: "operator", httpStatus: 503 },
  "connector.cursor-expired": { retry: "later", audience: "operator", httpStatus: 503 },
  "connector.drifted": { retry: "never", audience: "developer", httpStatus: 502 },
  "store.unavailable": { retry: "later", audience: "operator", httpStatus: 503 },
  "invariant.broken": { retry: "never", audience: "developer", httpStatus: 500 },
} as const satisfies Record<string, ErrorTraits>;

export type ErrorCode = keyof typeof errorCodes;

/** One wrong field of an input: where, and what to do about it. */
export interface InputIssue {
  readonly path: string;
  readonly message: string;
}

interface HubErrorOptions {
  readonly cause?: unknown;
  /** Flat facts for operators: ids, counts, types. Never secrets or personal data. */
  readonly details?: Readonly<Record<string, string | number | boolean>>;
  readonly issues?: readonly InputIssue[];
  readonly retryAfterMs?: number;
}

/** The only error class the hub throws on purpose; `code` decides retry, audience and status. */
export class HubError extends Error {
  override readonly name = "HubError";
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, string | number | boolean>>;
  readonly issues: readonly InputIssue[];
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: HubErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.issues = options.issues ?? [];
    this.retryAfterMs = options.retryAfterMs;
  }

  get traits(): ErrorTraits {
    return errorCodes[this.code];
  }
}

/** Where an error that nobody foresaw comes from. Without its message, which may quote what was being read. */
export function framesOf({ stack = "" }: Error): string {
  return stack
    .split("\n")
    .filter((line) => /^\s+at /u.test(line))
    .join("\n");
}

/** Whether waiting and trying the same thing again can help. Unknown errors are worth a retry. */
export function isRetryable(error: unknown): boolean {
  return error instanceof HubError ? error.traits.retry === "later" : true;
}
