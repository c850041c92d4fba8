import type { Rule } from "./rule.ts";

/** What the life of an alert needs to know of its rule. */
export type AlertRule = Pick<Rule, "name" | "why" | "nextStep" | "defaults" | "alertOn">;

/** How long after a clearing a new opening waits, where neither the rule nor its settings say. */
export const holdDownMinutesDefault = 60;
