import * as z from "zod";

import { CalendarDate } from "#shared/model/time.ts";

import { assignDefined, assignOrClear } from "./assign-defined.ts";
import type { Happening } from "./happening.ts";
import type { StateOf } from "./state.ts";
import { Gid } from "./task-fields.ts";

const portfolioFields = {
  name: z.string().min(1).max(1024),
  owner: Gid,
  archived: z.boolean(),
  due_on: CalendarDate.nullable(),
  start_on: CalendarDate.nullable(),
  /** All portfolios that hold it. */
  portfolios: z.array(Gid),
};

export const CreatePortfolio = z.strictObject({
  kind: z.literal("createPortfolio"),
  ...z.strictObject(portfolioFields).partial().shape,
  name: portfolioFields.name,
  workspace: Gid.optional(),
});
export const UpdatePortfolio = z.strictObject({
  kind: z.literal("updatePortfolio"),
  gid: Gid,
  ...z.strictObject(portfolioFields).partial().shape,
});
export const DeletePortfolio = z.strictObject({ kind: z.literal("deletePortfolio"), gid: Gid });

export function createPortfolio(on: Happening, input: z.infer<typeof CreatePortfolio>) {
  const portfolio: StateOf["portfolio"] = {
    gid: on.state.nextGid(),
    name: input.name,
    owner: input.owner ?? on.by,
    portfolios: input.portfolios ?? [],
    created_at: on.at,
    workspace: input.workspace ?? on.state.firstWorkspace,
  };
  assignDefined(portfolio, input, ["archived"]);
  assignOrClear(portfolio, input, ["start_on", "due_on"]);
  on.state.put("portfolio", portfolio);
  on.portfolio(portfolio, "added");
  return { gid: portfolio.gid };
}

export function updatePortfolio(on: Happening, input: z.infer<typeof UpdatePortfolio>) {
  const before = on.state.get("portfolio", input.gid);
  const portfolio = { ...before };
  assignDefined(portfolio, input, ["name", "owner", "archived", "portfolios"]);
  assignOrClear(portfolio, input, ["start_on", "due_on"]);
  on.state.put("portfolio", portfolio);
  for (const field of Object.keys(portfolioFields) as (keyof typeof portfolioFields)[]) {
    if (JSON.stringify(portfolio[field]) !== JSON.stringify(before[field])) {
      on.portfolio(portfolio, "changed", { field, action: "changed" });
    }
  }
  return { gid: portfolio.gid };
}

/** What it held stays, without it. */
export function deletePortfolio(on: Happening, { gid }: z.infer<typeof DeletePortfolio>) {
  const portfolio = on.state.get("portfolio", gid);
  on.portfolio(portfolio, "deleted");
  for (const kind of ["project", "portfolio"] as const) {
    for (const item of on.state.all(kind)) {
      if (!item.portfolios.includes(gid)) continue;
      const portfolios = item.portfolios.filter((holder) => holder !== gid);
      if ("modified_at" in item) on.state.put("project", { ...item, portfolios });
      else on.state.put("portfolio", { ...item, portfolios });
    }
  }
  on.state.remove("portfolio", gid);
  return { gid };
}
