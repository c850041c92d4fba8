/** A query that Jira would answer with 400 and this message. */
export class JqlError extends Error {
  override readonly name = "JqlError";
}
