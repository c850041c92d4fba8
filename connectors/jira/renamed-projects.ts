import { type IssuesPosition, type IssuesRun, keysLengthMax } from "./position.ts";
import type { JiraSession } from "./session.ts";

/** Where more projects have other keys at once, everything is read. */
const renamedMax = 50;

interface Begun {
  readonly position: IssuesPosition;
  readonly run: IssuesRun;
}

/**
 * A project's new key changes the keys and addresses of its issues, but not when they were updated: a
 * run that begins to look far back compares keys with those of the last one, and reads whole what has
 * another. The new keys are saved with the run that reads for them.
 */
export async function noteProjects(session: JiraSession, begun: Begun): Promise<Begun> {
  const { position, run } = begun;
  if (position.run || !run.isDeep) return begun;
  const before = keysIn(position.keys);
  const refs = await session.projectRefs();
  const renamed = refs
    .filter(({ id, key }) => (before.get(id) ?? key) !== key)
    .map(({ key }) => key);
  const today = new Map(refs.map(({ id, key }) => [id, key]));
  const noted = { ...position, ...keysText(before, today) };
  if (run.from === undefined || renamed.length === 0) return { position: noted, run };
  const { from: _from, ...whole } = run;
  return { position: noted, run: renamed.length > renamedMax ? whole : { ...run, renamed } };
}

function keysIn(text = ""): ReadonlyMap<string, string> {
  return new Map(
    text.split(",").flatMap((entry) => {
      const [id, key] = entry.split(":");
      return id !== undefined && key !== undefined ? [[id, key] as const] : [];
    }),
  );
}

/** What is out of sight today is remembered, as far as there is room; too many projects are not. */
function keysText(
  before: ReadonlyMap<string, string>,
  today: ReadonlyMap<string, string>,
): { readonly keys: string | undefined } {
  const textOf = (keys: ReadonlyMap<string, string>) =>
    [...keys].map(([id, key]) => `${id}:${key}`).join(",");
  const texts = [textOf(new Map([...before, ...today])), textOf(today)];
  return { keys: texts.find(({ length }) => length <= keysLengthMax) };
}
