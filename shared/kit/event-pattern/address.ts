/** An address as a number together with its width, so that IPv4 and IPv6 never compare equal. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const group = /^[0-9a-f]{1,4}$/iu;

/** Reads an IPv4 or IPv6 literal; undefined for anything else, host names included. */
export function parseAddress(text: string): Address | undefined {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

/**
 * The addresses that a CIDR block covers, both ends included; undefined if it is malformed. A block
 * of one address is refused, as by EventBridge; one with host bits set, too, because aws/event-ruler
 * would start it at the written address instead of the block's first (CIDR.java, read 2026-11).
 */
export function parseCidr(
  text: string,
): { readonly bits: 32 | 128; readonly first: bigint; readonly last: bigint } | undefined {
  const [literal, mask, ...rest] = text.split("/");
  if (literal === undefined || mask === undefined || rest.length > 0) return undefined;
  if (!/^\d{1,3}$/u.test(mask)) return undefined;
  const address = parseAddress(literal);
  if (address === undefined || Number(mask) >= address.bits) return undefined;
  const hostBits = BigInt(address.bits - Number(mask));
  const first = address.value;
  if ((first >> hostBits) << hostBits !== first) return undefined;
  return { bits: address.bits, first, last: first + (1n << hostBits) - 1n };
}

function parseIpv4(text: string): Address | undefined {
  const parts = text.split(".");
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^\d{1,3}$/u.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return { bits: 32, value };
}

function parseIpv6(text: string): Address | undefined {
  const halves = text.split("::");
  if (halves.length > 2) return undefined;
  const [head = "", tail] = halves;
  const left = groupsOf(head);
  const right = tail === undefined ? [] : groupsOf(tail);
  const missing = 8 - left.length - right.length;
  // "::" stands for at least one group; without it all eight must be there.
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  let value = 0n;
  for (const part of [...left, ...Array<string>(missing).fill("0"), ...right]) {
    if (!group.test(part)) return undefined;
    value = (value << 16n) | BigInt(`0x${part}`);
  }
  return { bits: 128, value };
}

function groupsOf(half: string): readonly string[] {
  return half === "" ? [] : half.split(":");
}
