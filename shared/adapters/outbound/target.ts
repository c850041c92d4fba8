import { isIP } from "node:net";

import { isOwnAddress, isPublicAddress } from "./public-address.ts";

/** Where a request goes, once it may: `addresses` are all that the connection may be made to. */
export interface Target {
  readonly url: URL;
  readonly addresses: readonly string[];
}

/** All addresses of a name; throws where there is none, or nobody answers. */
export type Resolve = (hostname: string) => Promise<readonly string[]>;

export type TargetResult =
  | Target
  | { readonly outcome: "forbidden" | "unreached"; readonly reason: string };

/** Ports below are for services of other kinds; the web's own are 80 and 443. */
const freePortMin = 1024;

/** Names that only ever mean something inside: of this machine, of a cloud, of an office. */
const insideNames =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|invalid|test|onion)$/u;

export interface TargetJudge {
  readonly resolve: Resolve;
  readonly allowsThisMachine: boolean;
  /** What counts as public; a test has its own. Default: what the world can reach. */
  readonly isPublic?: (address: string) => boolean;
}

/**
 * Where the address leads, if the hub may call it: over TLS, at a public name or address, and every
 * address of the name must be public. `allowsThisMachine` lets it call 127.0.0.1 besides, by that name.
 */
export async function findTarget(text: string, judge: TargetJudge): Promise<TargetResult> {
  const { resolve, allowsThisMachine, isPublic = isPublicAddress } = judge;
  const url = URL.parse(text);
  if (url === null) return forbidden("is none");
  const host = url.hostname.replace(/^\[(.*)\]$/u, "$1");
  const own = ownAddress(host);
  if (allowsThisMachine && own !== undefined && /^https?:$/u.test(url.protocol)) {
    return { url, addresses: [own] };
  }
  const fault = faultOf(url, text);
  if (fault !== undefined) return forbidden(fault);
  const addresses = isIP(host) === 0 ? await resolved(host, resolve) : [host];
  if (addresses === undefined) {
    return { outcome: "unreached", reason: "Its name could not be looked up" };
  }
  // One private address among public ones is how a name is made to lead inside every other time.
  if (!addresses.every(isPublic)) {
    return forbidden("leads into a private, local or reserved network");
  }
  return { url, addresses };
}

function forbidden(what: string): TargetResult {
  return {
    outcome: "forbidden",
    reason: `The hub may not call this address: it ${what}. It must be an https:// address that the whole internet can reach`,
  };
}

function ownAddress(host: string): string | undefined {
  if (host === "localhost") return "127.0.0.1";
  return isOwnAddress(host) ? host : undefined;
}

/** What is wrong with the address by itself, before anybody is asked. */
function faultOf(url: URL, text: string): string | undefined {
  const { protocol, username, password, hostname, port } = url;
  if (protocol !== "https:") return "does not begin with https://";
  if (username !== "" || password !== "") return "holds a user name or a password";
  if (port !== "" && Number(port) < freePortMin) return "names a port that is not for the web";
  if (hostname.endsWith(".")) return "ends its name with a dot";
  if (hostname.startsWith("[")) return undefined;
  if (isIP(hostname) !== 0) {
    // 0x7f.1, 2130706433 and full-width digits are all 127.0.0.1, and hide what they mean.
    return writtenHost(text) === hostname ? undefined : "writes an IP address in an unusual way";
  }
  if (!hostname.includes(".")) return "names a host without a domain";
  if (insideNames.test(hostname)) return "names a host of an inside network";
  return undefined;
}

/** The host as it was typed in, of an address that is known to parse. */
function writtenHost(text: string): string | undefined {
  return /^\s*https:\/\/([^/?#:]*)/iu.exec(text)?.[1];
}

async function resolved(host: string, resolve: Resolve): Promise<readonly string[] | undefined> {
  try {
    const addresses = await resolve(host);
    return addresses.length === 0 ? undefined : addresses;
  } catch {
    // Why a name has no address is between the operator and the name server: later it may have one.
    return undefined;
  }
}
