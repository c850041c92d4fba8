import { HubError } from "#shared/errors.ts";
import type {
  LimitObservation,
  PlannedRequest,
  RequestBudget,
} from "#shared/kit/request-budget.ts";
import type { Budget, BudgetOwner } from "#shared/model/budget.ts";
import { interactiveReserve } from "#shared/model/budget.ts";
import { epochMsOf, Instant, instantOf } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Table } from "#shared/ports/table.ts";
import { getBudget, takePoints, updateBudget } from "#shared/store/budgets.ts";
import type { Unversioned } from "#shared/store/documents.ts";

interface SharedBudgetDeps {
  readonly table: Table;
  readonly clock: Clock;
}

interface Spending {
  readonly owner: BudgetOwner;
  /** Whether a person waits for the answer, and the reserve may be used. */
  readonly isInteractive: boolean;
  /** Share of the quota that is left for others; absent: what people wait for is. */
  readonly reserve?: number;
}

/** A block that another function met is seen here after this at the latest. */
const lookEveryMs = 5000;
/** What was left, as a source says with every answer, is worth a write this often. */
const noteEveryMs = 60_000;
/**
 * Points are taken from the shared window in pieces of up to this share: few writes, little left unused.
 * Nobody takes more ahead than it has used: what a function holds when it ends is lost to the others.
 */
const pieceShare = 1 / 500;

/** The budget of one owner as one function sees it; the table joins what all of them see. */
export class SharedBudget implements RequestBudget {
  readonly #deps: SharedBudgetDeps;
  readonly #spending: Spending;
  #known: Budget | undefined;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  /** Points taken from the window for this function and not yet used. */
  #held = { startsAt: "", points: 0, used: 0 };
  /** The window that each request was paid from. */
  readonly #paidFrom = new WeakMap<PlannedRequest, string>();
  #taking: Promise<void> = Promise.resolve();

  constructor(deps: SharedBudgetDeps, spending: Spending) {
    this.#deps = deps;
    this.#spending = spending;
  }

  async admit(request: PlannedRequest): Promise<void> {
    const nowMs = this.#deps.clock.nowMs();
    if (nowMs - this.#lookedAtMs >= lookEveryMs) {
      this.#lookedAtMs = nowMs;
      this.#learn(await getBudget(this.#deps.table, this.#spending.owner));
    }
    if (!this.#known) return;
    refuseBlocked(this.#known, request, nowMs);
    // One after the other: many lanes of one function must not each take a piece.
    const taken = this.#taking.then(() => this.#take(request));
    this.#taking = taken.catch(() => undefined);
    await taken;
  }

  async #take(request: PlannedRequest): Promise<void> {
    const { points } = request;
    const { table, clock } = this.#deps;
    const window = currentWindow(this.#known?.quota, clock.nowMs());
    if (!window) return;
    if (this.#held.startsAt !== window.startsAt) {
      this.#held = { startsAt: window.startsAt, points: 0, used: 0 };
    }
    if (this.#held.points < points) {
      const piece = Math.max(points, Math.min(pieceOf(window.limit), this.#held.used));
      const where = { owner: this.#spending.owner, startsAt: window.startsAt };
      const taken = await takePoints(table, where, piece);
      const { isInteractive, reserve = interactiveReserve } = this.#spending;
      const share = isInteractive ? 1 : 1 - reserve;
      if (taken > window.limit * share) {
        await takePoints(table, where, -piece);
        throw mustWait("the quota of this hour is used up", window.endsAtMs - clock.nowMs());
      }
      this.#held.points += piece;
    }
    this.#held.points -= points;
    this.#held.used += points;
    this.#paidFrom.set(request, window.startsAt);
  }

  /** A full page was planned for and a short one came: the rest is for whoever needs it now. */
  async #giveBack(limit: number): Promise<void> {
    const { startsAt, points, used } = this.#held;
    const piece = pieceOf(limit);
    const excess = points - Math.min(piece, used);
    if (excess <= piece) return;
    this.#held.points -= excess;
    const where = { owner: this.#spending.owner, startsAt: Instant.parse(startsAt) };
    await takePoints(this.#deps.table, where, -excess);
  }

  async observe(request: PlannedRequest, observation: LimitObservation): Promise<void> {
    const { clock } = this.#deps;
    // A window that ends takes along what was not used of it.
    const limit = this.#known?.quota?.limit;
    if (limit !== undefined && this.#paidFrom.get(request) === this.#held.startsAt) {
      const unspent = request.points - (observation.spentPoints ?? request.points);
      this.#held.points += unspent;
      this.#held.used -= unspent;
      await this.#giveBack(limit);
    }
    if (!this.#isWorthAWrite(observation, clock.nowMs())) return;
    const noted = (budget: Budget) => note(budget, { request, observation, clock });
    this.#learn(await updateBudget(this.#deps, this.#spending.owner, noted));
    this.#lookedAtMs = clock.nowMs();
  }

  /** Lanes read and note at once: what was read before somebody noted a refusal must not hide it. */
  #learn(budget: Budget | undefined): void {
    if (this.#known && budget && budget.revision < this.#known.revision) return;
    this.#known = budget;
  }

  #isWorthAWrite({ quota, isNearLimit, refusal }: LimitObservation, nowMs: number): boolean {
    if (refusal && refusal.scope !== "record") return true;
    const known = this.#known;
    if (isNearLimit === true) {
      const notedAtMs = known?.nearLimitAt === undefined ? 0 : epochMsOf(known.nearLimitAt);
      if (nowMs - notedAtMs >= noteEveryMs) return true;
    }
    if (!quota) return false;
    const seen = known?.quota;
    return (
      !seen ||
      seen.limit !== quota.limit ||
      nowMs >= epochMsOf(seen.endsAt) ||
      nowMs - epochMsOf(seen.seenAt) >= noteEveryMs
    );
  }
}

function pieceOf(limit: number): number {
  return Math.ceil(limit * pieceShare);
}

function refuseBlocked(budget: Budget, { endpoint }: PlannedRequest, nowMs: number): void {
  const untils = [budget.blockedUntil, budget.blockedEndpoints[endpoint]];
  const waitMs = Math.max(...untils.map((until) => (until ? epochMsOf(until) - nowMs : 0)));
  if (waitMs > 0) throw mustWait(budget.blockedReason ?? "the source asked to wait", waitMs);
}

function mustWait(why: string, waitMs: number): HubError {
  const retryAfterMs = Math.max(1000, Math.ceil(waitMs));
  return new HubError("connector.rate-limited", `No request is made now: ${why}`, { retryAfterMs });
}

interface QuotaWindow {
  readonly limit: number;
  readonly startsAt: NonNullable<Budget["quota"]>["startsAt"];
  readonly endsAtMs: number;
}

/** The window of this moment. Windows follow one another without gaps, from the one seen last. */
function currentWindow(quota: Budget["quota"], nowMs: number): QuotaWindow | undefined {
  if (!quota) return undefined;
  const lengthMs = quota.windowSeconds * 1000;
  const endMs = epochMsOf(quota.endsAt);
  const later = nowMs < endMs ? 0 : Math.floor((nowMs - endMs) / lengthMs) + 1;
  const startsAt = later === 0 ? quota.startsAt : instantOf(endMs + (later - 1) * lengthMs);
  return { limit: quota.limit, startsAt, endsAtMs: endMs + later * lengthMs };
}

interface Noting {
  readonly request: PlannedRequest;
  readonly observation: LimitObservation;
  readonly clock: Clock;
}

function note(budget: Budget, { request, observation, clock }: Noting): Unversioned<Budget> {
  const nowMs = clock.nowMs();
  const { quota, isNearLimit, refusal } = observation;
  const standing = Object.entries(budget.blockedEndpoints).filter(
    ([, until]) => epochMsOf(until) > nowMs,
  );
  const { blockedUntil, blockedReason, ...rest } = budget;
  const isBlocked = blockedUntil !== undefined && epochMsOf(blockedUntil) > nowMs;
  return {
    ...rest,
    ...(isBlocked && { blockedUntil, ...(blockedReason !== undefined && { blockedReason }) }),
    blockedEndpoints: Object.fromEntries(standing),
    ...(quota && { quota: quotaSeen(quota, nowMs) }),
    ...(isNearLimit === true && { nearLimitAt: clock.now() }),
    ...(refusal && refused(budget, request, { refusal, nowMs })),
    updatedAt: clock.now(),
  };
}

function quotaSeen(
  { limit, remaining, windowSeconds, resetAtMs }: NonNullable<LimitObservation["quota"]>,
  nowMs: number,
): NonNullable<Budget["quota"]> {
  const lengthMs = windowSeconds * 1000;
  // Where the source does not say, its windows begin at whole multiples of their length: at the hour.
  const endMs = resetAtMs ?? (Math.floor(nowMs / lengthMs) + 1) * lengthMs;
  return {
    limit,
    windowSeconds,
    startsAt: instantOf(endMs - lengthMs),
    endsAt: instantOf(endMs),
    remaining,
    seenAt: instantOf(nowMs),
  };
}

function refused(
  budget: Budget,
  { endpoint }: PlannedRequest,
  {
    refusal,
    nowMs,
  }: { readonly refusal: NonNullable<LimitObservation["refusal"]>; readonly nowMs: number },
): Partial<Budget> {
  const { reason, scope, retryAfterMs } = refusal;
  const until = instantOf(nowMs + retryAfterMs);
  const word = reason.slice(0, 60);
  const refusals = { ...budget.refusals, [word]: (budget.refusals[word] ?? 0) + 1 };
  // Answers come in any order, and limits differ: the longest wait asked for is the one to keep.
  if (scope === "tenant") {
    const isLonger = isLaterThan(until, budget.blockedUntil);
    return { refusals, ...(isLonger && { blockedUntil: until, blockedReason: word }) };
  }
  if (scope === "endpoint" && isLaterThan(until, budget.blockedEndpoints[endpoint])) {
    return { refusals, blockedEndpoints: { ...budget.blockedEndpoints, [endpoint]: until } };
  }
  return { refusals };
}

function isLaterThan(until: Instant, other: Instant | undefined): boolean {
  return other === undefined || until > other;
}
