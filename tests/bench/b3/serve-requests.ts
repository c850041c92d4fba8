import type { Answer, Ingested, Request } from "./messages.ts";

/** The child's end: answers each request of the parent, ends when the parent does. */
export function serveRequests(handle: (request: Request) => Promise<Omit<Answer, "kind">>): void {
  process.on("message", (request: Request) => {
    void answer(handle, request);
  });
  // The parent is gone, however that happened: what `stop` would have done is done by then or never.
  process.on("disconnect", () => process.exit(0));
}

export function tell(message: Answer | Ingested): void {
  process.send?.(message);
}

async function answer(handle: Parameters<typeof serveRequests>[0], request: Request) {
  try {
    tell({ kind: "answer", ...(await handle(request)) });
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ kind: "answer", failure });
  }
}
