/**
 * The faults that plans inject, by a stable name: how each is injected, and by which names `SeedResult.met`
 * counts that it truly met the hub (a name ends where others of its kind begin).
 */
export const faults = {
  "webhook dropped": {
    how: "network.ts: a share of the plan's webhooks never arrives",
    met: ["webhook dropped"],
  },
  "webhook duplicated": { how: "network.ts: two copies fly", met: ["webhook duplicated"] },
  "webhook delayed and reordered": {
    how: "network.ts: up to 30 minutes late, so that later ones overtake it",
    met: ["webhook delayed"],
  },
  "page older than a live event": {
    how: "act `overtake`: between an answer's making and its arrival the tool changes, and its webhook is ingested",
    met: ["answer overtaken"],
  },
  "429 with Retry-After, short and long": {
    how: "act `api`",
    met: ["api 429", "api 429 for long"],
  },
  "429 without Retry-After": { how: "act `api`", met: ["api 429 without Retry-After"] },
  "503, 5xx, timeout": {
    how: "act `api`; act `outage` for as long as it stands",
    met: ["api 503", "api 500", "api timeout", "outage"],
  },
  "truncated or invalid JSON": {
    how: "act `api`: the answer's text is cut or goes on",
    met: ["api truncated JSON", "api invalid JSON"],
  },
  "hostile texts": {
    how: "edit `hostile`: NUL, lone surrogates, `__proto__`, markup, formulas, three thousand brackets",
    met: ["edit hostile"],
  },
  "deliveries of garbage": {
    how: "act `garbage`: signed, verified, deeply nested or no event at all",
    met: ["delivery of garbage"],
  },
  "schema drift": {
    how: "edit `drift`: a title becomes an object",
    met: ["edit drift", "poison record"],
  },
  "poison record": {
    how: "edits `drift` and `poison`: the connector or the model refuses it",
    met: ["poison record"],
  },
  "expired cursor, 410 and 412": {
    how: "act `expire`",
    met: ["cursor expired", "page token expired"],
  },
  "token revoked, token refused": {
    how: "acts `revoke` and `api`",
    met: ["token revoked", "api token refused"],
  },
  "refresh race": {
    how: "access tokens end hourly, and functions that read at once meet it together",
    met: ["token refreshed"],
  },
  "clock skew": {
    how: "config `skewMs`: tools' clocks up to ten minutes off",
    met: ["clock skew"],
  },
  "equal versions": {
    how: "config `granularityMs`: versions in whole minutes; edit `twice`",
    met: ["coarse versions"],
  },
  "crash at any operation": {
    how: "act `mishap` die: the process ends before or after its n-th operation on table, queue, bus or secrets",
    met: [
      "pull: die",
      "ingest: die",
      "receive: die",
      "detect: die",
      "relay: die",
      "alert: die",
      "notify: die",
      "sweep: die",
    ],
  },
  "throttling and lost answers": {
    how: "act `mishap` fail: operations answer with a failure, done or not",
    met: [
      "pull: fail",
      "ingest: fail",
      "receive: fail",
      "detect: fail",
      "relay: fail",
      "alert: fail",
      "notify: fail",
      "sweep: fail",
    ],
  },
  "hot key, read": {
    how: "act `hot-key`: one of the fullest partitions of the table or an index refuses for minutes what touches it",
    met: ["hot key read"],
  },
  "hot key, written": {
    how: "the same: writes into it, into an index that cannot follow too",
    met: ["hot key written"],
  },
  "batch write done by half": {
    how: "act `half-batch`: of writes asked for side by side every second is refused, once retries are used up",
    met: ["pull: half a batch", "ingest: half a batch", "detect: half a batch"],
  },
  "batch read left undone": {
    how: "act `mishap` fail: a batch whose keys stay unread, once retries are used up",
    met: [
      "pull: fail before table.batchGet",
      "ingest: fail before table.batchGet",
      "detect: fail before table.batchGet",
    ],
  },
  "transaction in conflict": {
    how: "act `mishap` fail before a transaction: cancelled until retries are used up",
    met: ["pull: fail before table.transact", "ingest: fail before table.transact"],
  },
  "races in the middle of an invocation": {
    how: "act `meanwhile`: before the n-th operation a tool changes and all else that is due is done",
    met: ["pull: meanwhile", "ingest: meanwhile", "detect: meanwhile"],
  },
  "stream redelivery": { how: "act `redeliver`", met: ["stream redelivered"] },
  "stream gap": {
    how: "act `gap`: records never come to detect or relay; what the clock compares by the hour mends it",
    met: ["stream record lost"],
  },
  "partial failure of PutEvents": {
    how: "act `bus-down`: half of a call's events are taken, the rest refused",
    met: ["bus down"],
  },
  "events twice, late, out of order": {
    how: "host.ts: a share of the bus's events",
    met: ["bus event twice"],
  },
  "bus target down, up to two days": {
    how: "act `target-down`, with rests of two days; its letters die and are redriven",
    met: ["alert down", "notify down", "dead letter redriven"],
  },
  "channel busy": { how: "act `channel-retry`", met: ["channel asked to wait"] },
  "reorganisation during a sync": {
    how: "edits `reorg`, `unit moves`; also within `meanwhile`",
    met: ["edit reorg", "edit unit moves"],
  },
  "person vanishes, persons merge": {
    how: "edits `vanish`, `merge`, `leave`",
    met: ["edit vanish", "edit merge", "edit leave"],
  },
  "parent deleted, restored, moved, hidden": {
    how: "edits `delete`, `restore`, `move`, `hide`, `show`",
    met: ["edit delete", "edit restore", "edit move", "edit hide"],
  },
  "cycles, across tools too": {
    how: "edits `cycle`, `goal parent`",
    met: ["edit cycle", "edit goal parent"],
  },
  "secret rotation": { how: "act `rotate`", met: ["secret rotated"] },
  "erasure during a sync": { how: "act `erase`", met: ["person erased"] },
} as const satisfies Record<string, { readonly how: string; readonly met: readonly string[] }>;

export type FaultName = keyof typeof faults;

/** How often each fault met the hub, summed over the names it is counted by. */
export function faultsMet(met: Readonly<Record<string, number>>): Record<FaultName, number> {
  const sums = Object.entries(faults).map(([fault, { met: names }]) => {
    const counted = Object.entries(met).filter(([name]) => names.some((each) => isOf(name, each)));
    return [fault, counted.reduce((sum, [, count]) => sum + count, 0)];
  });
  return Object.fromEntries(sums) as Record<FaultName, number>;
}

/** `pull: die before table.get` is one of `pull: die`; `api 429 for long` is none of `api 429`. */
function isOf(name: string, each: string): boolean {
  return name === each || (each.includes(":") && name.startsWith(`${each} `));
}
