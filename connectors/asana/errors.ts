import * as z from "zod";

import { type ErrorCode, HubError } from "#shared/errors.ts";

/** What superagent, inside the `asana` package, throws: a status and a response, or a network code. */
const VendorFailure = z.looseObject({
  status: z.number().optional(),
  code: z.string().optional(),
  timeout: z.unknown().optional(),
  response: z
    .looseObject({
      body: z.unknown().optional(),
      headers: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});
type VendorFailure = z.infer<typeof VendorFailure>;

const ErrorBody = z.looseObject({ errors: z.array(z.looseObject({ message: z.string() })) });

/** Asana says how long to wait; should it ever not, this is long enough for its one-minute windows. */
const waitMsDefault = 60_000;
/** Waits longer than a day are a mistake of somebody's clock. */
const waitMsMax = 24 * 3_600_000;

/**
 * Names a failure of a call, with what to do about it. `what` says what was read ("tasks of project
 * 12"), without personal data. Statuses: https://developers.asana.com/docs/errors (read 2026-11-21).
 */
export function classify(error: unknown, what: string): HubError {
  if (error instanceof HubError) return error;
  if (error instanceof z.ZodError) return drifted(error, what);
  const parsed = VendorFailure.safeParse(error);
  const failure = parsed.success ? parsed.data : {};
  if (failure.status === undefined || failure.response === undefined) {
    return withoutAnswer(failure, { what, cause: error });
  }
  return byStatus(failure.status, failure, { what, cause: error });
}

interface Context {
  readonly what: string;
  readonly cause: unknown;
}

function withoutAnswer(failure: VendorFailure, { what, cause }: Context): HubError {
  const tookTooLong = failure.timeout !== undefined || failure.code === "ECONNABORTED";
  const isUnreachable =
    /^(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|CERT_|UNABLE_|DEPTH_|ERR_TLS)/u;
  if (!tookTooLong && isUnreachable.test(failure.code ?? "")) {
    const message = `Asana cannot be reached (${failure.code ?? "unknown"}): check the API address and the network`;
    return new HubError("connector.unreachable", message, { cause });
  }
  const why = tookTooLong ? "did not answer in time" : "broke off its answer";
  return new HubError("connector.unavailable", `Asana ${why} when asked for ${what}`, {
    cause,
    details: { tookTooLong },
  });
}

function byStatus(status: number, failure: VendorFailure, context: Context): HubError {
  const body = ErrorBody.safeParse(failure.response?.body);
  const said = body.success ? (body.data.errors[0]?.message ?? "") : "";
  const { code, message } = meaning(status, said, context.what);
  return new HubError(code, message, {
    cause: context.cause,
    details: { status },
    ...(code === "connector.rate-limited" || code === "connector.unavailable"
      ? retryAfter(failure, code)
      : {}),
  });
}

function meaning(
  status: number,
  said: string,
  what: string,
): { readonly code: ErrorCode; readonly message: string } {
  switch (status) {
    case 400:
      if (/offset|pagination/iu.test(said)) {
        return {
          code: "connector.cursor-expired",
          message: `Asana's place in ${what} has expired`,
        };
      }
      return {
        code: "connector.misconfigured",
        message: `Asana did not accept the request for ${what}: check the gids in the settings`,
      };
    case 401:
      return {
        code: "connector.unauthorized",
        message:
          "Asana refused the token: make a new access token and enter it, or give the consent again",
      };
    case 402:
      return {
        code: "connector.plan-limited",
        message: `The plan of this Asana workspace does not include ${what}`,
      };
    case 403:
      return {
        code: "connector.forbidden",
        message: `The token's user may not see ${what}: give access to it, or leave it out`,
      };
    case 404:
      return { code: "connector.not-found", message: `Asana knows nothing of ${what}` };
    case 412:
      return { code: "connector.cursor-expired", message: `Asana's place in ${what} has expired` };
    case 429:
      return { code: "connector.rate-limited", message: "Asana asks to wait: too many requests" };
    default:
      if (status >= 500) {
        return {
          code: "connector.unavailable",
          message: `Asana failed with status ${status} when asked for ${what}`,
        };
      }
      return {
        code: "connector.misconfigured",
        message: `Asana answered status ${status} when asked for ${what}: is the API address right?`,
      };
  }
}

/** `Retry-After` is in seconds (https://developers.asana.com/docs/rate-limits, read 2026-11-21). */
function retryAfter(failure: VendorFailure, code: ErrorCode): { retryAfterMs?: number } {
  const seconds = Number(failure.response?.headers?.["retry-after"]);
  if (Number.isFinite(seconds) && seconds > 0) {
    return { retryAfterMs: Math.min(Math.ceil(seconds * 1000), waitMsMax) };
  }
  return code === "connector.rate-limited" ? { retryAfterMs: waitMsDefault } : {};
}

function drifted(error: z.ZodError, what: string): HubError {
  const message = `Asana's answer for ${what} has an unexpected form (${pathsOf(error)})`;
  return new HubError("connector.drifted", message, { cause: error });
}

/** Where a record differs from what we know, without its values. */
export function pathsOf(error: z.ZodError): string {
  const paths = error.issues.map((issue) => `${issue.path.join(".")}: ${issue.code}`);
  return paths.slice(0, 5).join(", ");
}

/** Whether a call failed because the object is gone or hidden: one of two things that absence means. */
export function isAbsent(error: unknown): error is HubError {
  return error instanceof HubError && (isGone(error) || error.code === "connector.forbidden");
}

/** Whether a place in a list is no longer good. */
export function isExpired(error: unknown): error is HubError {
  return error instanceof HubError && error.code === "connector.cursor-expired";
}

/** A list that must be read from its start again. */
export function lostPlace(cause: HubError): HubError {
  return new HubError("connector.unavailable", `${cause.message} while the list was read`, {
    cause,
  });
}

/** Whether nothing was answered for too long. */
export function isLate({ details }: HubError): boolean {
  return details["tookTooLong"] === true;
}

/** 402 or 403: the workspace has it, or may have it, and does not show it to us. */
export function isWithheld(error: unknown): error is HubError {
  return (
    error instanceof HubError &&
    (error.code === "connector.plan-limited" || error.code === "connector.forbidden")
  );
}

/** The sync token that comes with a 412, where an event stream must be begun anew. */
export function freshSync(error: unknown): string | undefined {
  const failure = VendorFailure.safeParse(error);
  if (!failure.success || failure.data.status !== 412) return undefined;
  const body = z.looseObject({ sync: z.string() }).safeParse(failure.data.response?.body);
  return body.success ? body.data.sync : undefined;
}

export function isGone(error: unknown): boolean {
  return error instanceof HubError && error.code === "connector.not-found";
}
