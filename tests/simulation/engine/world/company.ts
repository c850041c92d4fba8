import { connectionId } from "#shared/model/ids.ts";

import type { Met } from "../met.ts";
import type { Random } from "../random.ts";
import { between, pick, streamOf } from "../random.ts";
import { Channel } from "./channel.ts";
import { Site } from "./site.ts";
import type { ToolSpec } from "./tool.ts";
import { Tool } from "./tool.ts";
import type { VirtualClock } from "./virtual-clock.ts";

const hours = (count: number) => count * 60;

const specs = {
  tracker: {
    name: "tracker",
    connectionId: connectionId("tracker001"),
    collections: [
      {
        name: "issues",
        type: "work-item",
        pullEveryMinutes: 20,
        reconcileEveryMinutes: hours(4),
      },
      {
        name: "accounts",
        type: "account",
        pullEveryMinutes: hours(10),
        isReadWhole: true,
      },
    ],
    providesGoals: false,
    webhooks: "fat",
    secretBy: "answer",
    hasConsent: true,
  },
  board: {
    name: "board",
    connectionId: connectionId("board00001"),
    collections: [
      { name: "tasks", type: "work-item", pullEveryMinutes: 20, reconcileEveryMinutes: hours(4) },
      // As Asana's are.
      {
        name: "goals",
        type: "goal",
        pullEveryMinutes: 45,
        reconcileEveryMinutes: hours(4),
        isReadWhole: true,
      },
    ],
    providesGoals: true,
    webhooks: "thin",
    secretBy: "handshake",
    hasConsent: false,
  },
  people: {
    name: "people",
    connectionId: connectionId("people0001"),
    collections: [
      {
        name: "units",
        type: "org-unit",
        pullEveryMinutes: hours(10),
        isReadWhole: true,
      },
      {
        name: "employees",
        type: "person",
        pullEveryMinutes: hours(1),
        reconcileEveryMinutes: hours(6),
      },
    ],
    providesGoals: false,
    webhooks: "thin",
    secretBy: "hand",
    hasConsent: false,
  },
} as const satisfies Record<string, ToolSpec>;

export const toolNames = ["tracker", "board", "people"] as const;
export type ToolName = (typeof toolNames)[number];

/** The channel's connection: it notifies and is no source. */
export const channelConnection = connectionId("channel001");

export interface Company {
  readonly sites: Readonly<Record<ToolName, Site>>;
  readonly channel: Channel;
}

export const peopleNames = ["ann", "ben", "cem", "dia"] as const;
export const teamNames = ["red", "blue"] as const;

/** A small company as it stood before anything happened. */
export function foundCompany(
  { seed, isSmall }: { readonly seed: number; readonly isSmall: boolean },
  clock: VirtualClock,
  met: Met,
): Company {
  const siteOf = (name: ToolName) => new Site(new Tool(specs[name], clock), clock, met);
  const sites = { tracker: siteOf("tracker"), board: siteOf("board"), people: siteOf("people") };
  const company = { sites, channel: new Channel() };
  const random = streamOf(seed, "company");
  const size = isSmall ? small : full;
  fillPeople(random, company, size);
  fillBoard(random, company, size);
  fillTracker(random, company, size);
  return company;
}

interface Size {
  readonly people: number;
  readonly tasks: number;
  readonly issues: number;
}

/** Most of what goes wrong at all goes wrong with a few records; some only where there are more. */
const small: Size = { people: 2, tasks: 2, issues: 3 };
const full: Size = { people: 4, tasks: 4, issues: 6 };

function fillPeople(random: Random, { sites: { people, tracker } }: Company, size: Size): void {
  people.tool.create("units", "acme", { name: "acme", level: 0 });
  for (const name of teamNames)
    people.tool.create("units", name, { name, level: 1, parent: "acme" });
  for (const name of peopleNames.slice(0, size.people)) {
    const unit = pick(random, teamNames) ?? "red";
    const isManaged = name !== "ann";
    const email = `${name}@company.example`;
    people.tool.create("employees", name, {
      name,
      email,
      unit,
      ...(isManaged && { manager: "ann" }),
    });
    tracker.tool.create("accounts", `u-${name}`, { name, email });
  }
}

function fillBoard(random: Random, { sites: { board } }: Company, size: Size): void {
  board.tool.create("goals", "G1", { title: "Grow", status: "in-progress", supports: ["T1"] });
  board.tool.create("goals", "G2", {
    title: "Last",
    status: "in-progress",
    parents: ["G1"],
    supports: [],
  });
  // The first half holds the others.
  const projects = size.tasks >> 1;
  for (let at = 1; at <= size.tasks; at += 1) {
    const homes = at > projects ? [`T${between(random, 1, projects)}`] : [];
    const kind = at <= projects ? "project" : "task";
    board.tool.create("tasks", `T${at}`, {
      title: `Task ${at}`,
      kind,
      status: "in-progress",
      parents: homes,
      waitsFor: [],
    });
  }
}

function fillTracker(random: Random, { sites: { board, tracker } }: Company, size: Size): void {
  const epics = size.issues / 3;
  for (let at = 1; at <= size.issues; at += 1) {
    const isEpic = at <= epics;
    const goal = board.tool.addressOf({
      collection: "goals",
      id: pick(random, ["G1", "G2"]) ?? "G1",
    });
    tracker.tool.create("issues", `I${at}`, {
      title: `Issue ${at}`,
      kind: isEpic ? "epic" : "story",
      status: "in-progress",
      parents: isEpic ? [] : [`I${between(random, 1, epics)}`],
      waitsFor: random() < 0.3 ? [`I${between(random, 1, size.issues)}`] : [],
      goals: random() < 0.4 ? [goal] : [],
      assignee: `u-${pick(random, peopleNames.slice(0, size.people)) ?? "ann"}`,
    });
  }
}
