import type { SubscriptionReport, SubscriptionRequest } from "#shared/kit/connector.ts";
import type { Instant } from "#shared/model/time.ts";

/** A registration that Jira has, of whichever kind, for whomever it sends to. */
export interface Registered {
  readonly nativeId: string;
  readonly url: string;
  readonly expiresAt?: Instant;
  /** Why it does not do its work; absent: it does. */
  readonly problem?: string;
}

/** JQL for the projects of the settings; empty for all of them. */
export function wantedFilter(projects: readonly string[]): string {
  return projects.length === 0
    ? ""
    : `project in (${projects.map((key) => `"${key}"`).join(", ")})`;
}

/** Whether a webhook sends to the connection of which one registration's address is known. */
export function sendsToConnection(url: string, targetUrl: string): boolean {
  const [given, target] = [URL.parse(url), URL.parse(targetUrl)];
  if (!given || !target) return false;
  // The path names the connection, the query the registration.
  return given.origin === target.origin && given.pathname === target.pathname;
}

/**
 * Finds each known registration by its address. What else sends to the same connection is a stray: a
 * second one for the same address too.
 */
export function reportOn(
  known: readonly SubscriptionRequest[],
  registered: readonly Registered[],
): SubscriptionReport {
  const found = new Map<string, Found>();
  const strays: string[] = [];
  for (const { nativeId, url, expiresAt, problem } of registered) {
    const request = known.find(({ targetUrl }) => targetUrl === url);
    if (request && !found.has(request.id)) {
      found.set(request.id, {
        nativeId,
        isWorking: problem === undefined,
        ...(expiresAt !== undefined && { expiresAt }),
        ...(problem !== undefined && { problem }),
      });
    } else if (known.some(({ targetUrl }) => sendsToConnection(url, targetUrl))) {
      strays.push(nativeId);
    }
  }
  return { found, strays };
}

type Found = SubscriptionReport["found"] extends ReadonlyMap<string, infer V> ? V : never;
