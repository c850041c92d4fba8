import { HubError } from "#shared/errors.ts";

/**
 * How every AWS client of the hub waits: a service that is silent this long has lost the request,
 * and the client's own retries (three attempts) ask again.
 */
export const awsPatience = {
  requestHandler: {
    connectionTimeout: 1_000,
    requestTimeout: 5_000,
    throwOnRequestTimeout: true,
  },
} as const;

/** Whether an AWS error has this name, which is what the services' documents promise. */
export function isAwsError(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** The error a port promises for a failed call. The service's text stays in `cause`. */
function awsFailure(what: string, error: unknown): HubError {
  const failure = error instanceof Error ? error.name : typeof error;
  return new HubError(
    "store.unavailable",
    `${what} (${failure}): check that the service is reachable and that the function may use it`,
    { cause: error, details: { failure } },
  );
}

/** Runs one call and turns its failure into the port's error. */
export async function calling<T>(what: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof HubError ? error : awsFailure(what, error);
  }
}
