import { HubError } from "#shared/errors.ts";

import type { GoalsFileSettings } from "./settings.ts";

const timeoutMs = 20_000;
/** Far above any goal tree; a wrong address must not fill the memory. */
const bytesMax = 2_000_000;
const waitMsDefault = 60_000;
/** A longer wait would be a broken server's; the next pull comes sooner anyway. */
const waitMsMax = 3_600_000;

/** The text of the file. Throws `HubError` for an address that cannot be read. */
export async function readFile(settings: GoalsFileSettings): Promise<string> {
  if (settings.content !== undefined) return settings.content;
  const url = new URL(settings.url ?? "");
  try {
    const response = await fetch(url, {
      headers: {
        accept: "text/csv, application/yaml, text/plain, */*",
        ...(settings.authorization !== undefined && { authorization: settings.authorization }),
      },
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw refused(response);
    return await boundedText(response);
  } catch (error) {
    if (error instanceof HubError) throw error;
    throw new HubError(
      "connector.unreachable",
      `${url.host} could not be reached: check the address and the network`,
      { cause: error },
    );
  }
}

function refused({ status, headers }: Response): HubError {
  const details = { details: { status } };
  if (status === 401 || status === 403) {
    return new HubError(
      "connector.unauthorized",
      `The goals file may not be read (${status}): check the authorization header`,
      details,
    );
  }
  if (status === 404 || status === 410) {
    return new HubError("connector.not-found", "There is no file at this address", details);
  }
  if (status === 429) {
    const seconds = Number(headers.get("retry-after") ?? Number.NaN);
    // A date, which some servers give instead, is not worth reading: a file is asked for rarely.
    const retryAfterMs = seconds > 0 ? Math.min(seconds * 1000, waitMsMax) : waitMsDefault;
    const message = "The goals file's server asks to wait: too many requests";
    return new HubError("connector.rate-limited", message, { ...details, retryAfterMs });
  }
  const code = status >= 500 ? "connector.unavailable" : "connector.misconfigured";
  return new HubError(code, `The goals file's server answered ${status}`, details);
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > bytesMax) {
      throw new HubError("connector.misconfigured", `The goals file exceeds ${bytesMax} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
