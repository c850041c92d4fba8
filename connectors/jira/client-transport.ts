import type { Client } from "jira.js/core";

import { HubError } from "#shared/errors.ts";
import type { Clock } from "#shared/ports/clock.ts";

import { failureOfAnswer, failureOfNetwork, tokenRefused } from "./errors.ts";
import type { JiraSettings } from "./settings.ts";
import { apiRoot } from "./settings.ts";

/** A page of 100 issues takes a second or two; Jira's own gateway gives up after 60. */
const timeoutMs = 45_000;
/** 5000 ids are 0.3 MB, 100 issues with all that hangs on them 2 MB. More is not an answer to us. */
const bodyBytesMax = 30_000_000;

type Request = Parameters<Client["sendRequest"]>[0];

/**
 * Carries the requests that jira.js builds. Its own transport takes no timeout or abort signal, hides
 * the headers of success, and retries on its own; ours has one bounded attempt, sees Jira's silent
 * refusal of a dead token, and throws only `HubError`. Answers are unparsed: `wire.ts` is the border.
 */
export function jiraTransport(settings: JiraSettings, clock: Clock): Client {
  const root = apiRoot(settings);
  const credentials = Buffer.from(`${settings.email}:${settings.apiToken}`).toString("base64");
  const headers = { authorization: `Basic ${credentials}`, accept: "application/json" };
  const sendRequest = async (request: Request): Promise<unknown> => {
    const what = `${request.method ?? "GET"} ${request.url.split("?")[0]}`;
    const { response, text } = await exchange(urlOf(root, request), {
      method: request.method ?? "GET",
      headers: {
        ...headers,
        ...(request.body !== undefined && { "content-type": "application/json" }),
      },
      ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    });
    if (!response.ok) {
      const { status, headers } = response;
      throw failureOfAnswer({ status, headers, text, what, nowMs: clock.nowMs() });
    }
    if (response.headers.get("x-seraph-loginreason")?.includes("AUTHENTICATED_FAILED")) {
      throw tokenRefused({ status: response.status });
    }
    return jsonOf(text, what);
  };
  // jira.js types the answer by its own schema; every caller here parses what it gets as unknown.
  return { sendRequest: sendRequest as Client["sendRequest"] };
}

function urlOf(root: string, { url, searchParams }: Request): URL {
  const full = new URL(`${root}${url}`);
  for (const [name, value] of Object.entries(searchParams ?? {})) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) full.searchParams.append(name, String(each));
    }
  }
  return full;
}

async function exchange(
  url: URL,
  init: RequestInit,
): Promise<{ readonly response: Response; readonly text: string }> {
  try {
    // A redirect would carry the token to somebody else.
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { ...init, redirect: "manual", signal });
    return { response, text: await boundedText(response) };
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

function jsonOf(text: string, what: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HubError(
      "connector.misconfigured",
      `The Jira address answers ${what} with a page instead of data: check that it is the address of a Jira Cloud site`,
    );
  }
}
