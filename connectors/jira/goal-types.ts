import { GoalKind } from "#shared/model/facts.ts";

import type { WireType } from "./wire.ts";

/** Which issue types are goals, and of which kind; undefined for work. */
export type GoalKindOf = (type: WireType) => GoalKind | undefined;

/**
 * Reads the setting `goalTypes`: "Initiative", "10002=objective", "level 3=theme". Names are compared
 * without case, since admins copy them from the screen; ids and levels survive renaming and translation.
 */
export function goalKindReader(entries: readonly string[]): GoalKindOf {
  const rules = entries.map((entry) => {
    const [what = "", kind] = entry.split("=").map((part) => part.trim());
    const level = /^level[\s:]*(\d+)$/iu.exec(what)?.[1];
    return {
      name: what.toLowerCase(),
      level: level === undefined ? undefined : Number(level),
      kind: GoalKind.safeParse(kind).data,
    };
  });
  return (type) => {
    const name = type.name.toLowerCase();
    const rule = rules.find((each) =>
      each.level === undefined
        ? each.name === type.id || each.name === name
        : each.level === type.hierarchyLevel,
    );
    return rule && (rule.kind ?? guessKind(name));
  };
}

/** What a type that only its name describes is most likely; the name in lower case. */
export function guessKind(name: string): GoalKind {
  if (name.includes("theme")) return "theme";
  if (name.includes("key result")) return "key-result";
  return /objective|goal/u.test(name) ? "objective" : "initiative";
}
