import type { AsanaState } from "./state.ts";

/**
 * Everything that people put into a simulated Asana, as text: equal before and after whatever was
 * undone completely. Moments of change are no part of it, since undoing is a change too; neither are
 * webhooks and tokens.
 */
export function contentOf(state: AsanaState): string {
  const { hidden: _hidden, tokens: _tokens, webhooks: _webhooks, ...tables } = state.toJson();
  return JSON.stringify(tables, (key, value: unknown) =>
    key === "modified_at" || key === "touchedAt" ? undefined : value,
  );
}
