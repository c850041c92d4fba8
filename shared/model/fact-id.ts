import * as z from "zod";

import { AccountId, GoalId, OrgUnitId, PersonId, WorkItemId } from "./ids.ts";

export const FactId = z.union([WorkItemId, GoalId, PersonId, AccountId, OrgUnitId]);
