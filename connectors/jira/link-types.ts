import type { NormalizeContext } from "./normalize-context.ts";
import { splitOnce } from "./split-once.ts";
import type { WireLinkType } from "./wire.ts";

/**
 * Reads the setting `blockingLinkTypes`: "Blocks", "10009=reversed". Names become the site's ids, so that
 * a payload may call the type what it likes; a name that the site does not know is compared as it is.
 */
export function blockingReader(
  entries: readonly string[],
  linkTypes: readonly WireLinkType[],
): NormalizeContext["blockingOf"] {
  const byId = new Map<string, Way>();
  const byName = new Map<string, Way>();
  for (const entry of entries) {
    const [wanted, given] = splitOnce(entry);
    const way = given === "reversed" ? "reversed" : "forward";
    const name = wanted.toLowerCase();
    const known = linkTypes.filter(
      (type) => type.id === wanted || type.name.toLowerCase() === name,
    );
    for (const { id } of known) byId.set(id, way);
    if (isId.test(wanted)) byId.set(wanted, way);
    else if (known.length === 0) byName.set(name, way);
  }
  return ({ id, name }) => byId.get(id) ?? byName.get(name.toLowerCase());
}

type Way = "forward" | "reversed";
const isId = /^\d+$/u;

/** Whether any of them must be looked up: ids speak for themselves. */
export function namesLinkTypes(entries: readonly string[]): boolean {
  return entries.some((entry) => !isId.test(splitOnce(entry)[0]));
}
