import type { LinkRules } from "#shared/graph/link-rules.ts";
import { noLinkRules } from "#shared/graph/link-rules.ts";
import type { Org } from "#shared/graph/org.ts";
import type { SourceStates } from "#shared/graph/sources.ts";
import type { MemoryGraph } from "#shared/graph/view.ts";
import type { Delta, Touch } from "#shared/kit/rule.ts";
import type { GoalId } from "#shared/model/ids.ts";
import type { Signal } from "#shared/model/signal.ts";
import { readSourceStates } from "#shared/store/connections.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { GraphLoader } from "#shared/store/graph-loader.ts";
import { joinGets } from "#shared/store/join-gets.ts";
import { lists } from "#shared/store/keys.ts";
import { readLinkRules } from "#shared/store/link-rules.ts";
import { isOrgPart } from "#shared/store/org-parts.ts";
import { reportSetAside, SetAside } from "#shared/store/set-aside.ts";
import { signalSpec } from "#shared/store/specs.ts";
import { askForRecompute } from "#shared/store/wanted-recompute.ts";

import { activeRules } from "./active-rules.ts";
import { announceUnseen } from "./announce-unseen.ts";
import { bearing } from "./deltas.ts";
import { evaluateDeps, isOfConnections, nobody } from "./deps.ts";
import type { DetectDeps } from "./deps.ts";
import { evaluate } from "./doubt.ts";
import { evaluateSubjects } from "./evaluate-subjects.ts";
import type { ActiveRule, Subject, Surroundings } from "./evaluate-subjects.ts";
import { expandTouches, merged } from "./expand-touches.ts";
import type { Candidate } from "./expand-touches.ts";
import { idOf, readSignals } from "./held-signals.ts";
import type { Held } from "./held-signals.ts";
import { loadAround } from "./load-around.ts";
import { nextSignal } from "./next-signal.ts";

/** Above so many touched subjects, one pass over the whole graph is cheaper than walking from each. */
const recomputeAbove = 2000;

/** Brings the signals of every subject that these changes touch in line with the graph. */
export async function detect(deps: DetectDeps, changes: readonly Delta[]): Promise<void> {
  // Most changes say that a source was read once more: for them nothing need be read here.
  const deltas = changes.flatMap(bearing);
  if (deltas.length === 0) return;
  const isWhole = !deltas.every((delta) => isOfConnection(deps, delta));
  const first = await readSurroundings(deps, deltas, isWhole);
  const { sources, rules } = first;
  // While a source is being read for the first time nothing can be concluded about its records; its
  // becoming ready is itself a change, and re-evaluates everything.
  const relevant = deltas.filter((delta) => isOfReadySource(delta, sources));
  if (relevant.length === 0) return;
  const touched = rules.map((active) => touchedOf(active, relevant));
  // No rule follows a connection to more than itself, or to everything; one that does needs more.
  const surroundings =
    isWhole || touched.every(isEnoughToKnowConnections)
      ? first
      : await readSurroundings(deps, deltas, true);
  const { linkRules } = surroundings;
  const all = touched.some(({ touches }) => touches.some((one) => isEverything(one, linkRules)));
  const differing = await differingAmong(deps, surroundings, touched);
  // Not here: it may take longer than an invocation has, and serves all batches that wait for one.
  if (all || differing === "many") await askForRecompute(deps.table, deps.clock.now());
  // The pass over everything reads a scan that may be a moment behind this very batch.
  if (differing === "many") return;
  await evaluateSubjects(evaluateDeps(deps), differing.subjects, differing);
}

interface AllAround extends Surroundings {
  readonly rules: readonly ActiveRule[];
  readonly setAside: SetAside;
}

/** One rule, and where these changes may have touched it. */
interface Touched {
  readonly active: ActiveRule;
  readonly touches: readonly Touch[];
  /** Its signals that were written, to be looked at once more: whoever wrote them may have been overtaken. */
  readonly written: readonly Candidate[];
}

function touchedOf(active: ActiveRule, deltas: readonly Delta[]): Touched {
  const { rule, options } = active;
  const touches = deltas.flatMap((delta) => (delta.ofSignal ? [] : rule.touched(delta, options)));
  const written = deltas.flatMap(({ ofSignal }) => {
    if (ofSignal?.rule !== rule.name) return [];
    const { subjectId: id, looks = 0 } = ofSignal;
    return [{ id, onlyOpen: false, looks: looks + 1 }];
  });
  return { active, touches, written };
}

/** Of most batches that tell of any news, each record is of a connection, or of what was found about it. */
function isOfConnection(
  { rules }: DetectDeps,
  { before, after, ofConnection, ofCoverage, ofSignal }: Delta,
): boolean {
  if (ofSignal) return rules.some((rule) => rule.name === ofSignal.rule && isOfConnections(rule));
  return (ofConnection ?? ofCoverage) !== undefined || (after ?? before)?.type === "connection";
}

function isEnoughToKnowConnections({ active, touches }: Touched): boolean {
  return isOfConnections(active.rule) || touches.every(({ kind }) => kind === "all");
}

/**
 * Everything but the graph, all at once; the organisation after what nobody has announced was. What is not
 * whole has organisation and link rules as if there were none.
 */
async function readSurroundings(
  deps: DetectDeps,
  deltas: readonly Delta[],
  isWhole: boolean,
): Promise<AllAround> {
  const isOfOrg = deltas.some(({ before, after }) => isOrgPart(after ?? before));
  const look = joinGets(deps.table);
  const readOrg = () => (isWhole ? deps.orgReader.read(look) : nobody);
  const setAside = new SetAside();
  const [sources, linkRules, rules, early] = await Promise.all([
    readSourceStates(look, deps.clock, deps, deps.known),
    isWhole ? readLinkRules(deps.table, deps.clock.now(), setAside) : noLinkRules,
    activeRules(deps.table, deps.rules, deps.logger),
    isOfOrg ? undefined : readOrg(),
  ]);
  if (early) return { sources, linkRules, rules, setAside, org: early };
  await announceUnseen(deps, deltas, (delta) => isOfReadySource(delta, sources));
  return { sources, linkRules, rules, setAside, org: await readOrg() };
}

interface Differing {
  readonly subjects: readonly Subject[];
  /** Their signals as they were read. */
  readonly held: Held;
  readonly graph: MemoryGraph;
}

/**
 * Touched subjects whose signals say something else than the graph does. Like a pass over everything it
 * only nominates: most changes alter no signal, and one that may is evaluated anew, signals read first.
 * That nothing differs can be said from here: all was read after these changes, and what is written
 * later is looked at.
 */
async function differingAmong(
  deps: DetectDeps,
  surroundings: AllAround,
  touched: readonly Touched[],
): Promise<Differing | "many"> {
  const loader = new GraphLoader(deps.table, surroundings);
  loader.setAside.include(surroundings.setAside);
  const candidates = await candidatesOf(deps, loader, touched);
  if (candidates === "many") return "many";
  const unread = new SetAside();
  const signals = await readSignals(deps.table, candidates, unread);
  const storedOf = (one: Subject) => signals.get(idOf(one));
  const subjects = candidates.filter((one) => {
    // What cannot be read can be replaced by nobody.
    if (unread.partitions.has(idOf(one))) return false;
    return !one.onlyOpen || storedOf(one)?.state === "open";
  });
  const now = deps.clock.now();
  await loadAround(loader, subjects, now);
  reportSetAside(deps.logger, [unread, loader.setAside]);
  const differing = subjects.filter((one) => {
    const { active, id: subjectId } = one;
    const stored = storedOf(one);
    const given = { subjectId, options: active.options, now, stored };
    const evaluation = evaluate(active.rule, given, loader);
    const { sources } = surroundings;
    const rule = active.rule.name;
    return nextSignal({ rule, subjectId, evaluation, stored, sources, now }) !== undefined;
  });
  const held = new Map(differing.map((one) => [idOf(one), storedOf(one)]));
  return { subjects: differing, held, graph: loader.graph };
}

/** Each subject of each rule once. */
async function candidatesOf(
  { table, clock }: DetectDeps,
  loader: GraphLoader,
  touched: readonly Touched[],
): Promise<readonly (Subject & Candidate)[] | "many"> {
  const context = { loader, now: clock.now(), most: recomputeAbove };
  let listed: Promise<readonly Signal[]> | undefined;
  // Few changes bear on what is open, and they bear on many rules.
  const listOpen = () => (listed ??= listDocuments(table, signalSpec, lists.openSignals));
  const candidates: (Subject & Candidate)[] = [];
  const found = await Promise.all(
    touched.map(async ({ active, touches, written }) => {
      const [expanded, open] = await Promise.all([
        expandTouches(context, touches),
        openSubjects(active, touches, { listOpen, org: loader.graph.org }),
      ]);
      if (expanded === "many") return { active, expanded };
      return { active, expanded: merged([...open, ...expanded, ...written]) };
    }),
  );
  for (const { active, expanded } of found) {
    if (expanded === "many") return "many";
    candidates.push(...expanded.map((one) => ({ ...one, active })));
  }
  return candidates.length > recomputeAbove ? "many" : candidates;
}

function isOfLinks(touch: Touch): touch is Extract<Touch, { goalId: GoalId }> {
  return touch.kind === "linked-to" || touch.kind === "linkers";
}

/** What a link rule links to its goal is found in no index. */
function isEverything(touch: Touch, { goalIds }: LinkRules): boolean {
  return touch.kind === "all" || (isOfLinks(touch) && goalIds.has(touch.goalId));
}

function isOfReadySource({ before, after }: Delta, sources: SourceStates): boolean {
  const thing = after ?? before;
  if (thing === undefined || !("connectionId" in thing)) return true;
  // A removed connection's records must still clear their signals.
  return sources.get(thing.connectionId)?.isReady ?? true;
}

/** All open ones of the rule, or only those that would go to another leader in `org`, or none. */
async function openSubjects(
  { rule: { name, leaderOf } }: ActiveRule,
  touches: readonly Touch[],
  { listOpen, org }: { readonly listOpen: () => Promise<readonly Signal[]>; readonly org: Org },
): Promise<readonly Candidate[]> {
  const isOfOpen = touches.some(({ kind }) => kind === "open");
  if (!isOfOpen && !touches.some(({ kind }) => kind === "led")) return [];
  const open = await listOpen();
  const isAnothers = ({ teamIds, leaderId }: Signal) =>
    isOfOpen || leaderOf === undefined || leaderOf(org, teamIds) !== leaderId;
  return open
    .filter((signal) => signal.rule === name && isAnothers(signal))
    .map(({ subjectId }) => ({ id: subjectId, onlyOpen: true }));
}
