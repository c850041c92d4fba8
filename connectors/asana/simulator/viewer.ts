import { AsyncLocalStorage } from "node:async_hooks";

/** `pat` and `oauth` see what their user sees; a service account sees everything of its workspace. */
export type TokenKind = "pat" | "oauth" | "service-account";

/** On whose behalf a request is made. */
export interface Viewer {
  readonly token: string;
  readonly kind: TokenKind;
  /** User gid. */
  readonly user: string;
  /** The only workspace of a service account. */
  readonly workspace?: string;
  /** Client id of the OAuth app that the token was given to. */
  readonly app?: string;
  /** Absent: all, Asana's scope `default`. */
  readonly scopes?: readonly string[];
}

// Every list and every nested reference depends on who asks; carried along with the request, the
// viewer needs no place in the signature of each function between a route and a record.
const current = new AsyncLocalStorage<Viewer>();

/** Does `work`, and all that it awaits, as somebody. */
export function viewingAs<T>(viewer: Viewer, work: () => T): T {
  return current.run(viewer, work);
}

/** Undefined for pages, the control API and tests, which see all that is not hidden from everybody. */
export function currentViewer(): Viewer | undefined {
  return current.getStore();
}

/** The user of whoever asks, where somebody must be. */
export function askingUser(otherwise: string): string {
  return current.getStore()?.user ?? otherwise;
}
