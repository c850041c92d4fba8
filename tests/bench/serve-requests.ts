/** What a child process says: an answer, why there is none, or something unasked. */
export type Heard<Answer, Note> =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "failure"; readonly failure: string }
  | { readonly kind: "note"; readonly note: Note };

/** Asked of every child process before it ends. */
export interface Stop {
  readonly kind: "stop";
}

/** The child's end: answers each request of the parent, ends when the parent does. */
export function serveRequests(handle: (request: never) => Promise<object>): void {
  process.on("message", (request: unknown) => {
    void answer(handle, request);
  });
  // The parent is gone, however that happened: what `stop` would have done is done by then or never.
  process.on("disconnect", () => process.exit(0));
}

export function tellNote(note: unknown): void {
  tell({ kind: "note", note });
}

function tell(said: Heard<object, unknown>): void {
  process.send?.(said);
}

async function answer(
  handle: (request: never) => Promise<object>,
  request: unknown,
): Promise<void> {
  try {
    tell({ kind: "answer", answer: await handle(asTaken(request)) });
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ kind: "failure", failure });
  }
}

/** The parent's `Child` is typed with what this process takes: nothing else is sent. */
function asTaken(request: unknown): never {
  return request as never;
}
