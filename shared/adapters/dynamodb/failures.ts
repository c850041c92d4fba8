import type * as sdk from "@aws-sdk/client-dynamodb";

import { HubError } from "#shared/errors.ts";

/** The refusals that are answers: what the adapter reads fields of. */
interface NamedErrors {
  readonly ConditionalCheckFailedException: sdk.ConditionalCheckFailedException;
  readonly TransactionCanceledException: sdk.TransactionCanceledException;
  readonly ResourceNotFoundException: sdk.ResourceNotFoundException;
  readonly ResourceInUseException: sdk.ResourceInUseException;
}

/** By name, not by class: the local client's errors have the same names and fields. */
export function isNamed<Name extends keyof NamedErrors>(
  error: unknown,
  name: Name,
): error is NamedErrors[Name] {
  return error instanceof Error && error.name === name;
}

/**
 * What a failed request means for the write in it. `refused`: surely not applied, later may do.
 * `unanswered`: it may have been applied. `invalid`: the request itself is wrong. `fatal`: the
 * table or the right to it is missing.
 */
export type Failure = "refused" | "unanswered" | "invalid" | "fatal";

// docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html, 2026-11
const failureByName: Readonly<Record<string, Failure>> = {
  ProvisionedThroughputExceededException: "refused",
  ThrottlingException: "refused",
  RequestLimitExceeded: "refused",
  LimitExceededException: "refused",
  TransactionConflictException: "refused",
  TransactionInProgressException: "refused",
  ReplicatedWriteConflictException: "refused",
  ValidationException: "invalid",
  SerializationException: "invalid",
  ItemCollectionSizeLimitExceededException: "invalid",
  IdempotentParameterMismatchException: "invalid",
  ResourceNotFoundException: "fatal",
  AccessDeniedException: "fatal",
  UnrecognizedClientException: "fatal",
  InvalidSignatureException: "fatal",
  MissingAuthenticationTokenException: "fatal",
  ExpiredTokenException: "fatal",
  CredentialsProviderError: "fatal",
};

/** Reasons of a cancelled transaction that say nothing about the items. */
const passingReasons: ReadonlySet<string> = new Set([
  "TransactionConflict",
  "ThrottlingError",
  "ProvisionedThroughputExceeded",
]);

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return "unanswered";
  if (isNamed(error, "TransactionCanceledException")) {
    const reasons = error.CancellationReasons ?? [];
    return reasons.some(({ Code: code }) => passingReasons.has(code ?? "")) ? "refused" : "invalid";
  }
  // Nothing listens there, so nothing was sent.
  if (errorCode(error) === "ECONNREFUSED") return "refused";
  return failureByName[error.name] ?? "unanswered";
}

/** The error the port promises. Vendor texts stay in `cause`: they may quote item values. */
export function storeError(error: unknown): HubError {
  if (error instanceof HubError) return error;
  const name = error instanceof Error ? error.name : typeof error;
  const details = { failure: name };
  if (failureOf(error) === "invalid") {
    return new HubError("invariant.broken", `The table refused a request as wrong (${name})`, {
      cause: error,
      details,
    });
  }
  if (error instanceof Error && /disk is full|readonly database/u.test(error.message)) {
    return new HubError(
      "store.unavailable",
      "The disk of the database is full or read-only: free space or allow writing",
      { cause: error, details },
    );
  }
  return new HubError(
    "store.unavailable",
    `The table did not do what was asked (${name}): check that the database runs and may be used`,
    { cause: error, details },
  );
}

function errorCode(error: Error): unknown {
  if ("code" in error && error.code !== undefined) return error.code;
  return error.cause instanceof Error && "code" in error.cause ? error.cause.code : undefined;
}
