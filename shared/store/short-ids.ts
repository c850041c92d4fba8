import { readFactId } from "#shared/model/ids.ts";

/** Ids of the same connection lose what they have in common with `ownId`: `work-item~10001`. */
export function shortId(id: string, ownId: string): string {
  const [parts, own] = [readFactId(id), readFactId(ownId)];
  const isOwn = parts?.connectionId === own?.connectionId && parts?.connector === own?.connector;
  return parts && isOwn ? `${parts.type}~${parts.nativeId}` : id;
}

export function longId(short: string, ownId: string): string {
  const own = readFactId(ownId);
  const [, type, nativeId] = /^(work-item|goal)~(.+)$/u.exec(short) ?? [];
  if (!own || type === undefined || nativeId === undefined) return short;
  return `${own.connector}:${type}:${own.connectionId}:${nativeId}`;
}
