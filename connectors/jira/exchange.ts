import { HubError } from "#shared/errors.ts";

import { failureOfNetwork } from "./errors.ts";

/** 5000 ids are 0.3 MB, 100 issues with all that hangs on them 2 MB. More is not an answer to us. */
const bodyBytesMax = 30_000_000;

/** What came back, of any status, read whole. */
export interface Answer {
  readonly status: number;
  readonly isOk: boolean;
  readonly headers: Headers;
  readonly text: string;
}

/** One bounded attempt. Throws `connector.unreachable` for no answer, `connector.drifted` for a giant one. */
export async function exchange(url: URL, init: RequestInit, timeoutMs: number): Promise<Answer> {
  try {
    // A redirect would carry the token to somebody else.
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    const { status, ok: isOk, headers } = response;
    return { status, isOk, headers, text: await boundedText(response) };
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw failureOfNetwork(error, url.host);
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bodyBytesMax) {
      throw new HubError("connector.drifted", `An answer of Jira exceeds ${bodyBytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
