import type { Json } from "#shared/ports/table.ts";

import type { Random } from "../random.ts";
import { between, pick } from "../random.ts";
import type { Company } from "./company.ts";
import { peopleNames, teamNames } from "./company.ts";
import type { Tool, Truth } from "./tool.ts";

type Edit = (company: Company, random: Random, key: string) => void;

const statuses = ["todo", "in-progress", "in-progress", "done", "dropped"] as const;

/** Titles that somebody wrote to see what breaks. */
const hostileTitles = [
  "\u0000nul\u0000",
  "half \ud800 a pair",
  "__proto__",
  "<script>alert(1)</script>",
  "\u202egnorw",
  "=cmd()",
  "[".repeat(3000),
  "   ",
];

const worked = { tracker: "issues", board: "tasks" } as const;
type WorkTool = keyof typeof worked;

function one(random: Random, tool: Tool, collection: string): Truth | undefined {
  return pick(random, tool.visible(collection));
}

function textsOf(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];
}

function toolOf({ sites }: Company, name: WorkTool): Tool {
  return sites[name].tool;
}

/** One that may be named: the tool's own by its id, another tool's by its address. */
function refTo(
  random: Random,
  company: Company,
  from: WorkTool,
  crosses: number,
): string | undefined {
  const other = from === "tracker" ? "board" : "tracker";
  const isCrossing = random() < crosses;
  const tool = toolOf(company, isCrossing ? other : from);
  const found = one(random, tool, worked[isCrossing ? other : from]);
  return found && (isCrossing ? tool.addressOf(found) : found.id);
}

function onWork(
  name: WorkTool,
  edit: (tool: Tool, record: Truth, random: Random, company: Company) => void,
): Edit {
  return (company, random) => {
    const tool = toolOf(company, name);
    const record = one(random, tool, worked[name]);
    if (record) edit(tool, record, random, company);
  };
}

function workEdits(name: WorkTool) {
  const on = (edit: Parameters<typeof onWork>[1]) => onWork(name, edit);
  const kinds = name === "tracker" ? ["epic", "story", "subtask"] : ["project", "task"];
  return {
    create: (company: Company, random: Random, key: string) => {
      const parent = random() < 0.6 ? refTo(random, company, name, 0.1) : undefined;
      toolOf(company, name).create(worked[name], `${name === "tracker" ? "J" : "U"}${key}`, {
        title: `New ${key}`,
        kind: pick(random, kinds) ?? "task",
        status: "in-progress",
        parents: parent === undefined ? [] : [parent],
        waitsFor: [],
        goals: [],
        ...(name === "tracker" && { assignee: `u-${pick(random, peopleNames) ?? "ann"}` }),
      });
    },
    title: on((tool, { id }, random) =>
      tool.edit(id, { title: `Title ${between(random, 1, 99)}` }),
    ),
    hostile: on((tool, { id }, random) => {
      tool.edit(id, { title: pick(random, hostileTitles) ?? "" });
    }),
    touch: on((tool, { id }) => tool.edit(id, {})),
    /** What was changed last is changed once more. */
    again: (company: Company, random: Random) => {
      const tool = toolOf(company, name);
      const last = lastChanged(tool, worked[name]);
      if (last) tool.edit(last.id, { title: `Again ${between(random, 1, 99)}` });
    },
    /** What was changed last goes. */
    "delete last": (company: Company) => {
      const tool = toolOf(company, name);
      const last = lastChanged(tool, worked[name]);
      if (last) tool.remove(last.id);
    },
    status: on((tool, { id }, random) => {
      tool.edit(id, { status: pick(random, statuses) ?? "done" });
    }),
    move: on((tool, { id, fields }, random, company) => {
      const parent = refTo(random, company, name, 0.15);
      const homes = name === "board" && random() < 0.5 ? textsOf(fields["parents"]) : [];
      const isNone = parent === undefined || random() < 0.25;
      tool.edit(id, { parents: isNone ? [] : [...new Set([...homes, parent])].slice(-3) });
    }),
    /** Two that stand above each other, or one above itself. */
    cycle: on((tool, { id }, random, company) => {
      const other = refTo(random, company, name, 0.5) ?? id;
      const own = tool.addressOf({ collection: worked[name], id });
      tool.edit(id, { parents: [other] });
      const there = other.startsWith("https://")
        ? toolOf(company, name === "tracker" ? "board" : "tracker")
        : tool;
      const native = other.split("/").at(-1) ?? other;
      there.edit(native, { parents: [there === tool ? id : own] });
    }),
    wait: on((tool, { id, fields }, random, company) => {
      const ref = refTo(random, company, name, 0.3);
      if (ref === undefined || ref === id) return;
      tool.edit(id, { waitsFor: [...new Set([...textsOf(fields["waitsFor"]), ref])] });
    }),
    unwait: on((tool, { id }) => tool.edit(id, { waitsFor: [] })),
    delete: on((tool, { id }) => tool.remove(id)),
    restore: (company: Company, random: Random) => {
      const tool = toolOf(company, name);
      const gone = [...tool.records.values()].filter(({ isDeleted }) => isDeleted);
      const record = pick(random, gone);
      if (record) tool.restore(record.id);
    },
    hide: on((tool, { id }) => tool.setHidden(id, true)),
    show: (company: Company) => {
      for (const { id } of toolOf(company, name).records.values())
        toolOf(company, name).setHidden(id, false);
    },
    drift: on((tool, { id }) => tool.edit(id, {}, "drift")),
    poison: on((tool, { id }) => tool.edit(id, {}, "model")),
    mend: (company: Company) => mendAll(toolOf(company, name)),
    /** Changed twice within one moment. */
    twice: on((tool, { id }, random) => {
      tool.edit(id, { title: `First ${between(random, 1, 99)}` });
      tool.moment();
      tool.edit(id, { title: `Second ${between(random, 1, 99)}` });
    }),
  } satisfies Record<string, Edit>;
}

function lastChanged(tool: Tool, collection: string): Truth | undefined {
  return tool.visible(collection).toSorted((a, b) => b.changedAtMs - a.changedAtMs)[0];
}

export function mendAll(tool: Tool): void {
  for (const { id, poison } of tool.records.values())
    if (poison !== undefined) tool.edit(id, {}, "mended");
}

function onGoal(edit: (tool: Tool, goal: Truth, random: Random, company: Company) => void): Edit {
  return (company, random) => {
    const { tool } = company.sites.board;
    const goal = one(random, tool, "goals");
    if (goal) edit(tool, goal, random, company);
  };
}

function onPerson(edit: (tool: Tool, person: Truth, random: Random) => void): Edit {
  return (company, random) => {
    const { tool } = company.sites.people;
    const person = one(random, tool, "employees");
    if (person) edit(tool, person, random);
  };
}

const trackerEdits = {
  ...workEdits("tracker"),
  link: onWork("tracker", (tool, { id }, random, { sites: { board } }) => {
    const goal = one(random, board.tool, "goals");
    if (goal) tool.edit(id, { goals: [board.tool.addressOf(goal)] });
  }),
  unlink: onWork("tracker", (tool, { id }) => tool.edit(id, { goals: [] })),
  assign: onWork("tracker", (tool, { id }, random) => {
    tool.edit(id, { assignee: `u-${pick(random, peopleNames) ?? "ann"}` });
  }),
} satisfies Record<string, Edit>;

const boardEdits = {
  ...workEdits("board"),
  support: onGoal((tool, goal, random, company) => {
    const ref = refTo(random, company, "board", 0.3);
    const before = textsOf(goal.fields["supports"]);
    if (ref !== undefined) tool.edit(goal.id, { supports: [...new Set([...before, ref])] });
  }),
  unsupport: onGoal((tool, { id }) => tool.edit(id, { supports: [] })),
  "goal status": onGoal((tool, { id }, random) => {
    tool.edit(id, { status: pick(random, statuses) ?? "dropped" });
  }),
  /** The strategy of yesterday is given up, or taken up again. */
  "all goals turn": ({ sites: { board } }) => {
    for (const { id, fields } of board.tool.visible("goals")) {
      board.tool.edit(id, { status: fields["status"] === "dropped" ? "in-progress" : "dropped" });
    }
  },
  "goal parent": onGoal((tool, { id }, random) => {
    const other = one(random, tool, "goals");
    tool.edit(id, { parents: other ? [other.id] : [] });
  }),
  "goal delete": onGoal((tool, { id }, random) => {
    if (random() < 0.7) tool.remove(id);
  }),
} satisfies Record<string, Edit>;

const peopleEdits = {
  unit: onPerson((tool, { id }, random) =>
    tool.edit(id, { unit: pick(random, teamNames) ?? "red" }),
  ),
  manager: onPerson((tool, { id }, random) => {
    const manager = pick(random, peopleNames) ?? "ann";
    if (manager !== id) tool.edit(id, { manager });
  }),
  leave: onPerson((tool, { id }, random) => tool.edit(id, { isActive: random() < 0.5 })),
  vanish: onPerson((tool, { id }) => tool.remove(id)),
  back: ({ sites: { people } }, random) => {
    const gone = [...people.tool.records.values()].filter(({ isDeleted }) => isDeleted);
    const record = pick(random, gone);
    if (record) people.tool.restore(record.id);
  },
  /** Two records turn out to be one human: one goes, the other bears the address. */
  merge: onPerson((tool, { id, fields }, random) => {
    const other = one(random, tool, "employees");
    if (!other || other.id === id) return;
    tool.remove(other.id);
    tool.edit(id, { email: other.fields["email"] ?? fields["email"] ?? "" });
  }),
  /** Everybody moves at once. */
  reorg: ({ sites: { people } }, random) => {
    for (const { id } of people.tool.visible("employees")) {
      people.tool.edit(id, { unit: pick(random, teamNames) ?? "red" });
    }
  },
  "unit moves": ({ sites: { people } }, random) => {
    const [a = "red", b = "blue"] = random() < 0.5 ? teamNames : teamNames.toReversed();
    people.tool.edit(a, { parent: random() < 0.5 ? b : "acme", level: 2 });
    people.tool.edit(b, { parent: "acme", level: 1 });
  },
} satisfies Record<string, Edit>;

const edits = { tracker: trackerEdits, board: boardEdits, people: peopleEdits } as const;
export type EditName = string;
export const editNames = {
  tracker: Object.keys(trackerEdits),
  board: Object.keys(boardEdits),
  people: Object.keys(peopleEdits),
} as const;

/** Something that people do in a tool; where there is nothing to do it to, nothing happens. */
export function perform(
  company: Company,
  { tool, edit }: { readonly tool: keyof typeof edits; readonly edit: EditName },
  random: Random,
  key: string,
): void {
  const known: Readonly<Record<string, Edit>> = edits[tool];
  known[edit]?.(company, random, key);
}
