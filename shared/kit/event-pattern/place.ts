import type { InputIssue } from "#shared/errors.ts";

/** Where in a pattern the compiler is, and where problems are reported. */
export interface Place {
  readonly path: string;
  readonly issues: InputIssue[];
}

/** Reports a problem; returns undefined, which stands for "could not be compiled". */
export function refuse(place: Place, message: string): undefined {
  place.issues.push({ path: place.path, message });
  return undefined;
}
