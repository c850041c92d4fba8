import ipaddr from "ipaddr.js";

/** All of IPv6 that was ever given out to be reached by the world (IANA, IPv6 Address Space, 2026-11). */
const globalIpv6 = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether the world can reach this address: one that belongs to no special range, known or to come.
 * Private, loopback, link-local (where clouds tell a machine's secrets), carrier-grade NAT, multicast,
 * documentation, reserved and tunnelled ones, and IPv4 in the clothes of IPv6, are none. Anything that
 * is no address at all is none either.
 */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    return ipaddr.IPv4.parse(address).range() === "unicast";
  }
  if (!ipaddr.IPv6.isValid(address)) return false;
  const parsed = ipaddr.IPv6.parse(address);
  // "unicast" is what the library calls every range that it has no name for: `::127.0.0.1` is one.
  return parsed.match(globalIpv6) && parsed.range() === "unicast";
}

/** Whether only this very machine is reached by it. */
export function isOwnAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) {
    return ipaddr.IPv4.parse(address).range() === "loopback";
  }
  return address === "::1";
}
