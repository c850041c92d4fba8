import { HubError } from "#shared/errors.ts";

const reasonCharactersMax = 300;

/** Why an attempt failed, in one line for an operator: the code or class, and the message. */
export function failureReason(error: unknown): string {
  if (error instanceof HubError)
    return `${error.code}: ${error.message}`.slice(0, reasonCharactersMax);
  // The one about a text that is no JSON quotes the text.
  if (error instanceof SyntaxError) return `${error.name}: a text could not be read`;
  // What zod and others put on many lines is cut at the first, which never quotes a value.
  const message = error instanceof Error ? `${error.name}: ${error.message}` : "an unknown error";
  const [line = ""] = message.split("\n", 1);
  return line.slice(0, reasonCharactersMax);
}
