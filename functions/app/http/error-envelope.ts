import * as z from "zod";

import { HubError, errorCodes } from "#shared/errors.ts";
import type { ErrorCode } from "#shared/errors.ts";

/** What every refused request answers. */
export const ErrorAnswer = z
  .strictObject({
    error: z.strictObject({
      code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]).meta({
        description: "Stable; branch on this, not on the message",
      }),
      message: z.string().meta({ description: "What is wrong and what to do about it" }),
      requestId: z.string(),
      issues: z
        .array(z.strictObject({ path: z.string(), message: z.string() }))
        .optional()
        .meta({ description: "Wrong fields of the input" }),
    }),
  })
  .meta({ id: "Error" });
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;

/** Anything thrown, as a failure the hub can name. What nobody foresaw keeps its inside to itself. */
export function asHubError(error: unknown): HubError {
  if (error instanceof HubError) return error;
  return new HubError("invariant.broken", "Unforeseen failure", { cause: error });
}

export function errorAnswer(error: HubError, requestId: string): ErrorAnswer {
  const isOurs = error.traits.audience === "developer" && error.traits.httpStatus === 500;
  return {
    error: {
      code: error.code,
      message: isOurs
        ? "The hub failed in a way it does not know. The log has the request's id."
        : error.message,
      requestId,
      ...(error.issues.length > 0 && { issues: [...error.issues] }),
    },
  };
}
