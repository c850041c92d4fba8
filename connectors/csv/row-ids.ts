import { createHash } from "node:crypto";

import { factId, readFactId } from "#shared/model/ids.ts";
import type { ConnectionId, OrgUnitId, PersonId } from "#shared/model/ids.ts";

/** Ids hold 300 characters at most, and escaping lengthens; longer ones end in a digest instead. */
const nativeLengthMax = 250;

export function csvPersonId(connectionId: ConnectionId, id: string): PersonId {
  return factId("person", "csv", connectionId, native(escaped(id)));
}

export function csvTeamId(connectionId: ConnectionId, id: string): OrgUnitId {
  return factId("org-unit", "csv", connectionId, native(`team/${escaped(id)}`));
}

/** The path of names from the top, so that two teams of one name in two departments are two. */
export function csvUnitId(connectionId: ConnectionId, path: readonly string[]): OrgUnitId {
  return factId("org-unit", "csv", connectionId, native(`/${path.map(escaped).join("/")}`));
}

/** A file's own word for a person or a team: exports name those of this connection by their whole ids. */
export function ownWord(connectionId: ConnectionId, text: string): string {
  const parts = readFactId(text);
  if (parts?.connector !== "csv" || parts.connectionId !== connectionId) return text;
  const word = parts.nativeId.replace(/^team\//u, "");
  // Paths and digests do not lead back to words.
  if (/^[/~]/u.test(word) || (parts.type === "person") === isTeamNative(parts.nativeId))
    return text;
  try {
    return decodeURIComponent(word);
  } catch {
    return text;
  }
}

/** Whether a unit is one of the teams file; the others come of the people's. */
export function isTeamNative(nativeId: string): boolean {
  return nativeId.startsWith("team/");
}

/** A slash, a percent sign, white space or half a character in a name is not the id's own. */
function escaped(name: string): string {
  return name.toWellFormed().replaceAll(/[/%\s\p{Cc}]/gu, (sign) => encodeURIComponent(sign));
}

function native(text: string): string {
  if (text.length <= nativeLengthMax) return text;
  const digest = createHash("sha256").update(text).digest("hex").slice(0, 40);
  return `${text.startsWith("/") ? "/" : ""}${text.startsWith("team/") ? "team/" : ""}~${digest}`;
}
