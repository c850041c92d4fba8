import type { Dispatch, Notification } from "#shared/model/notification.ts";

/** What the end-to-end benchmark asks of a child process; each is answered by `Answer`. */
export type Request =
  | {
      readonly kind: "start-hub";
      readonly dataDir: string;
      readonly jiraUrl: string;
      readonly slackUrl: string;
    }
  /** Everything is in the graph: the connection is ready, and what follows from that has happened. */
  | { readonly kind: "declare-ready" }
  /** Everything that follows from what has been sent has happened. */
  | { readonly kind: "settle" }
  /** What the hub has on record of the telling of these alerts. */
  | { readonly kind: "look-up"; readonly alerts: readonly string[] }
  | { readonly kind: "start-intake"; readonly dataDir: string; readonly secret: string }
  | { readonly kind: "start-writes"; readonly dataDir: string }
  /** Conditional writes by so many at once, for so long. */
  | { readonly kind: "write"; readonly lanes: number; readonly forMs: number };

export interface Answer {
  /** Where the process listens, if it does. */
  readonly url?: string;
  /** What happened a second, of what was asked for. */
  readonly perSecond?: number;
  readonly records?: readonly OnRecord[];
}

/** One recipient's notification of an alert's latest opening, and the message that it became part of. */
export interface OnRecord {
  readonly alert: string;
  readonly state: Notification["state"];
  readonly mode: Notification["mode"];
  readonly message?: Pick<Dispatch, "kind" | "outcome"> & { readonly alerts: readonly string[] };
}

/** Told unasked: these deliveries are in the graph, or changed nothing in it. */
export interface Ingested {
  readonly ids: readonly string[];
  readonly atMs: number;
}

/** A clock that all processes of one machine share. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
