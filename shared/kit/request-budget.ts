/** What one answer of a vendor told about the limits of the tenant. */
export interface LimitObservation {
  /** What the request turned out to cost, where the answer shows it; the rest of the plan is given back. */
  readonly spentPoints?: number;
  /** Points or requests that the tenant has in the present window, and what is left of them. */
  readonly quota?: {
    readonly limit: number;
    readonly remaining: number;
    readonly windowSeconds: number;
    readonly resetAtMs?: number;
  };
  /** The vendor says that the present burst comes near its limit. */
  readonly isNearLimit?: boolean;
  /** The request was refused. */
  readonly refusal?: {
    /** The vendor's own word: `jira-quota-tenant-based`. */
    readonly reason: string;
    /** What must wait: everything of the tenant, one endpoint, or one record. */
    readonly scope: "tenant" | "endpoint" | "record";
    readonly retryAfterMs: number;
  };
}

export interface PlannedRequest {
  /** Method and path pattern, the unit of the vendor's burst limits: `POST /search/jql`. */
  readonly endpoint: string;
  /** What it is expected to cost in the vendor's unit; 1 where the vendor counts requests. */
  readonly points: number;
}

/**
 * The limits of one tenant, shared by all functions through the table. It never sleeps: a request that
 * may not be made now throws `connector.rate-limited` with the time to wait, and callers turn that into
 * a delayed message. Background reading leaves a reserve for what a person waits for.
 */
export interface RequestBudget {
  /** Takes the points, or throws. */
  admit(request: PlannedRequest): Promise<void>;
  /** Tells what the answer said. A refusal is kept for all functions before this resolves. */
  observe(request: PlannedRequest, observation: LimitObservation): Promise<void>;
}

/** For tests and for tools without limits. */
export const unlimitedBudget: RequestBudget = {
  admit: () => Promise.resolve(),
  observe: () => Promise.resolve(),
};
