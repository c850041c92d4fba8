import { RefusedOperation } from "#shared/testing/simulator/control.ts";

/** What Jira would refuse, with its status and the body it would send. */
export class Refusal extends RefusedOperation {
  readonly status: 400 | 403 | 404;
  /** Field → message, for a body that blames a field. */
  readonly errors: Readonly<Record<string, string>>;

  constructor(status: 400 | 403 | 404, message: string, errors: Record<string, string> = {}) {
    super([message, ...Object.values(errors)].filter((text) => text !== "").join(" "));
    this.status = status;
    this.errors = errors;
  }
}

/** A refusal that blames one field, as Jira does for wrong input. */
export function fieldRefusal(field: string, message: string): Refusal {
  return new Refusal(400, "", { [field]: message });
}
