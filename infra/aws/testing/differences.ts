import { isDeepStrictEqual } from "node:util";

import type { Resources } from "./deployed-resources.ts";

/** What is intended but not deployed, deployed but not intended, or not the same: one line each. */
export function differences(intended: Resources, deployed: Resources): readonly string[] {
  const names = [...new Set([...Object.keys(intended), ...Object.keys(deployed)])].toSorted();
  return names.flatMap((name) => {
    const [wanted, found] = [intended[name], deployed[name]];
    if (found === undefined) return [`${name} is not deployed`];
    if (wanted === undefined) return [`${name} is deployed, but not intended`];
    const properties = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
    return properties
      .filter((property) => !isDeepStrictEqual(wanted[property], found[property]))
      .map((property) => `${name}.${property}: ${told(wanted[property], found[property])}`);
  });
}

/** Of two lists only what one of them lacks; of anything else both. */
function told(wanted: unknown, found: unknown): string {
  if (Array.isArray(wanted) && Array.isArray(found)) {
    const missing = wanted.filter((one) => !found.some((other) => isDeepStrictEqual(one, other)));
    const surplus = found.filter((one) => !wanted.some((other) => isDeepStrictEqual(one, other)));
    return `missing ${JSON.stringify(missing)}, surplus ${JSON.stringify(surplus)}`;
  }
  return `intended ${JSON.stringify(wanted)}, deployed ${JSON.stringify(found)}`;
}
