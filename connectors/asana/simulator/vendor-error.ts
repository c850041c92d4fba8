const help =
  "For more information on API status codes and how to handle them, read the docs on errors: https://developers.asana.com/docs/errors";

type AsanaStatus = 400 | 401 | 402 | 403 | 404 | 412 | 429 | 500;

/** A refusal as Asana words it: status and `{ errors: [{ message, help }] }`. */
export class AsanaRefusal extends Error {
  override readonly name = "AsanaRefusal";
  readonly status: AsanaStatus;
  /** Further fields of the body: the fresh `sync` token of a 412. */
  readonly extra: Readonly<Record<string, string>>;

  constructor(status: AsanaStatus, message: string, extra: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.extra = extra;
  }

  body(): Record<string, unknown> {
    return errorBody(this.message, this.extra);
  }
}

/** The body of every refusal (https://developers.asana.com/docs/errors, read 2026-11-21). */
export function errorBody(
  message: string,
  extra: Readonly<Record<string, string>> = {},
): Record<string, unknown> {
  return { errors: [{ message, help }], ...extra };
}

export function badRequest(message: string): AsanaRefusal {
  return new AsanaRefusal(400, message);
}

export function unknownObject(kind: string, gid: string): AsanaRefusal {
  return new AsanaRefusal(404, `${kind}: Unknown object: ${gid}`);
}

export function forbidden(kind: string): AsanaRefusal {
  return new AsanaRefusal(403, `${kind}: You do not have access to this ${kind}.`);
}

export function paymentRequired(feature: string): AsanaRefusal {
  return new AsanaRefusal(402, `${feature} are not available on the plan of this workspace.`);
}

export const tooManyRequests = "You have made too many requests recently. Please, be chill.";
