import * as z from "zod";

/**
 * The address of a server that secrets are sent to: over TLS, since a vendor that answers plain HTTP
 * with a redirect has seen the secret on the open wire by then. Plain HTTP is for test servers: on this
 * machine, or under a name without a dot, which no vendor has.
 */
export function serverAddress(): z.ZodURL {
  return z.url({ protocol: /^https?$/u }).refine(isSafe, "Begin it with https://");
}

function isSafe(address: string): boolean {
  const url = URL.parse(address);
  // What is no address is refused by its form.
  if (!url || url.protocol === "https:") return true;
  const { hostname } = url;
  const isLoopback =
    /^127(?:\.\d{1,3}){3}$/u.test(hostname) ||
    hostname === "[::1]" ||
    hostname.endsWith(".localhost");
  return isLoopback || /^[^.:[\]]+$/u.test(hostname);
}
