import type { Dice } from "./dice.ts";
import type { Habit, LifeParts } from "./life.ts";

/** What people do in Asana on an ordinary day. */
export function lifeInAsana({ asana }: Pick<LifeParts, "asana">, dice: Dice): readonly Habit[] {
  const someOpen = () => {
    const open = asana.state.list("task").filter(({ completed }) => !completed);
    return open.length === 0 ? undefined : dice.pick(open);
  };
  const update = (
    change: (task: NonNullable<ReturnType<typeof someOpen>>) => object | undefined,
  ) => {
    const task = someOpen();
    const fields = task && change(task);
    if (!task || !fields) return false;
    asana.perform({ kind: "updateTask", gid: task.gid, ...fields });
    return true;
  };
  return [
    { weight: 20, act: () => update(() => ({ completed: true })) },
    { weight: 8, act: () => update(() => ({ due_on: someOpen()?.due_on ?? null })) },
    { weight: 6, act: () => update(({ name }) => ({ name: toggled(name, " (updated)") })) },
    { weight: 6, act: () => update(() => ({ notes: "Discussed in the weekly." })) },
    { weight: 10, act: () => createLike(asana, someOpen()) },
  ];
}

function toggled(name: string, mark: string): string {
  return name.endsWith(mark) ? name.slice(0, -mark.length) : `${name}${mark}`;
}

type Task = ReturnType<LifeParts["asana"]["state"]["list"]>[number];

/** A further task where this one is, for the same person. */
function createLike(asana: LifeParts["asana"], model: Task | undefined): boolean {
  const task = model && asana.state.find("task", model.gid);
  if (!task || task.memberships.length === 0) return false;
  asana.perform({
    kind: "createTask",
    name: `Follow-up: ${task.name}`.slice(0, 200),
    assignee: task.assignee,
    memberships: task.memberships.slice(0, 1),
    ...(task.due_on !== undefined && { due_on: task.due_on }),
  });
  return true;
}
