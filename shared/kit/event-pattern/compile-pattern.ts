import { HubError, type InputIssue } from "#shared/errors.ts";

import { compileBranch } from "./branch-matcher.ts";
import { parsePattern, type Branch } from "./parse-pattern.ts";

export interface CompiledPattern {
  /** Whether the event, plain JSON, satisfies the pattern. Never throws. */
  matches(event: unknown): boolean;
}

/** PutRule refuses a longer EventPattern (EventBridge API reference, 2026-11). */
const patternCharactersMax = 4_096;

/**
 * Compiles an EventBridge event pattern once for many events. The same pattern objects are deployed
 * as rules and as Lambda event filters, so what EventBridge refuses is refused here, too, and so is
 * every operator this matcher does not know. Throws `input.invalid` with the path of each problem.
 *
 * Semantics: docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html and
 * github.com/aws/event-ruler (both read 2026-11). Numbers compare by value: 300 and 300.0 are one.
 */
export function compilePattern(pattern: unknown): CompiledPattern {
  const branches = checkedBranches(pattern).map(compileBranch);
  const [only, ...others] = branches;
  if (only !== undefined && others.length === 0) return { matches: only };
  return { matches: (event) => branches.some((branch) => branch(event)) };
}

/** Throws `input.invalid`, naming every problem, unless the pattern can be deployed and compiled. */
export function validatePattern(pattern: unknown): void {
  checkedBranches(pattern);
}

function checkedBranches(pattern: unknown): readonly Branch[] {
  const issues: InputIssue[] = [];
  const branches = parsePattern(pattern, issues);
  if (issues.length === 0 && JSON.stringify(pattern).length > patternCharactersMax) {
    issues.push({ path: "", message: `is longer than ${patternCharactersMax} characters` });
  }
  const [first] = issues;
  if (first === undefined) return branches;
  const where = first.path === "" ? "" : `${first.path}: `;
  throw new HubError("input.invalid", `The event pattern is not valid. ${where}${first.message}`, {
    issues,
  });
}
