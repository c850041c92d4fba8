import { lookup } from "node:dns/promises";
import { request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { LookupFunction } from "node:net";

import type { Outbound, OutboundPost, OutboundResult } from "#shared/ports/outbound.ts";

import { findTarget } from "./target.ts";
import type { Resolve, Target, TargetJudge } from "./target.ts";

/** Answers are read for the reason that they give; a target that never stops talking is not listened to. */
const answerBytesDefault = 4096;

/**
 * `allowsThisMachine`: for a hub that is tried out on the machine where its simulated tools run too; not
 * by default. `resolve`: by default the system's resolver, all addresses.
 */
type OutboundOptions = Partial<TargetJudge>;

/**
 * The way out, guarded: the address is judged, its name looked up once, every address it has judged too,
 * and the connection made to those and no others, so that a name which changes its mind between the look
 * and the call (DNS rebinding) gains nothing. No redirect is followed, no proxy or kept connection used.
 */
export function createOutbound(options: OutboundOptions = {}): Outbound {
  const judge: TargetJudge = { allowsThisMachine: false, resolve: resolveAll, ...options };
  return {
    async post(post) {
      const signal = AbortSignal.timeout(post.timeoutMs);
      const found = await inTime(findTarget(post.url, judge), signal);
      if (found === undefined)
        return { outcome: "unreached", reason: "Its name was not found in time" };
      return "outcome" in found ? found : deliver(found, post, signal);
    },
  };
}

const resolveAll: Resolve = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address }) => address);

/** Undefined when the signal was faster. */
function inTime<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  return Promise.race([
    work,
    new Promise<undefined>((resolve) => {
      if (signal.aborted) resolve(undefined);
      signal.addEventListener("abort", () => resolve(undefined), { once: true });
    }),
  ]);
}

function deliver(target: Target, post: OutboundPost, signal: AbortSignal): Promise<OutboundResult> {
  const body = Buffer.from(post.body, "utf8");
  return new Promise((resolve) => {
    let isConnected = false;
    const fail = () => {
      const reason = signal.aborted ? "in time" : "to the end";
      resolve(
        isConnected
          ? { outcome: "unanswered", reason: `It did not answer ${reason}` }
          : { outcome: "unreached", reason: "No connection came about" },
      );
    };
    const request = open(target, {
      method: "POST",
      headers: { ...post.headers, "content-length": String(body.byteLength) },
      // A connection of its own: a kept one was made for somebody else's address.
      agent: false,
      lookup: pinnedTo(target.addresses),
      signal,
    });
    request.on("socket", (socket) => {
      // Before TLS is agreed on nothing of the request has left.
      socket.once("encrypted" in socket ? "secureConnect" : "connect", () => (isConnected = true));
    });
    request.on("error", fail);
    request.on("response", (answer) => {
      readStart(answer, post.answerBytesMax).then(resolve, fail);
    });
    request.end(body);
  });
}

function open({ url }: Target, options: RequestOptions): ClientRequest {
  return url.protocol === "https:" ? httpsRequest(url, options) : httpRequest(url, options);
}

/** Answers every look-up with the addresses that were judged. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, { all = false }, callback) => {
    const [first] = found;
    if (all) callback(null, found);
    else callback(null, first?.address ?? "", first?.family);
  };
}

async function readStart(
  answer: IncomingMessage,
  answerBytesMax = answerBytesDefault,
): Promise<OutboundResult> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    // Without an encoding, a stream of bytes gives buffers.
    chunks.push(chunk as Buffer);
    bytes += (chunk as Buffer).byteLength;
    if (bytes >= answerBytesMax) break;
  }
  const retryAfter = answer.headers["retry-after"];
  return {
    outcome: "answered",
    status: answer.statusCode ?? 0,
    ...(retryAfter !== undefined && { retryAfter }),
    headers: headersOf(answer),
    body: Buffer.concat(chunks).subarray(0, answerBytesMax).toString("utf8"),
  };
}

function headersOf({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
