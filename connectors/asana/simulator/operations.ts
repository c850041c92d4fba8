import * as z from "zod";

import type { Instant } from "#shared/model/time.ts";

import type { AsanaEvent } from "./asana-event.ts";
import {
  AddFieldSetting,
  addSetting,
  CreateCustomField,
  createCustomField,
  DeleteCustomField,
  deleteCustomField,
  RemoveFieldSetting,
  removeSetting,
} from "./field-operations.ts";
import {
  AddSupport,
  addSupport,
  CreateGoal,
  createGoal,
  DeleteGoal,
  deleteGoal,
  RemoveSupport,
  removeSupport,
  SetGoalMetric,
  setGoalMetric,
  UpdateGoal,
  updateGoal,
} from "./goal-operations.ts";
import { Happening } from "./happening.ts";
import {
  CreatePortfolio,
  createPortfolio,
  DeletePortfolio,
  deletePortfolio,
  UpdatePortfolio,
  updatePortfolio,
} from "./portfolio-operations.ts";
import {
  AddStatusUpdate,
  addStatusUpdate,
  CreateProject,
  createProject,
  DeleteProject,
  deleteProject,
  SetFeatures,
  setFeatures,
  SetHidden,
  setHidden,
  UndeleteProject,
  undeleteProject,
  UpdateProject,
  updateProject,
  UpdateUser,
  updateUser,
} from "./project-operations.ts";
import type { AsanaState } from "./state.ts";
import { AddStory, addStory, EditStory, editStory } from "./story-operations.ts";
import { Gid } from "./task-fields.ts";
import {
  AddDependency,
  addDependency,
  AddToProject,
  addToProject,
  CreateTask,
  createTask,
  DeleteTask,
  deleteTask,
  RemoveDependency,
  removeDependency,
  RemoveFromProject,
  removeFromProject,
  SetParent,
  setParent,
  UndeleteTask,
  undeleteTask,
  UpdateTask,
  updateTask,
} from "./task-operations.ts";
import {
  AddToken,
  addToken,
  AuthorizeApp,
  authorizeApp,
  ExpireOffsets,
  expireOffsets,
  ExpireToken,
  expireToken,
  ForgetEvents,
  forgetEvents,
  RedeemCode,
  redeemCode,
  RefreshAccess,
  refreshAccess,
  RevokeToken,
  revokeToken,
} from "./token-operations.ts";
import {
  DeleteWebhook,
  deleteWebhook,
  RegisterWebhook,
  registerWebhook,
  UpdateWebhook,
  updateWebhook,
} from "./webhook-registry.ts";

/** Everything that can change a simulated Asana: for the control API, its own routes and pages. */
const AsanaOperation = z.discriminatedUnion("kind", [
  CreateTask,
  UpdateTask,
  AddDependency,
  RemoveDependency,
  AddToProject,
  RemoveFromProject,
  SetParent,
  DeleteTask,
  UndeleteTask,
  CreateGoal,
  UpdateGoal,
  DeleteGoal,
  SetGoalMetric,
  AddSupport,
  RemoveSupport,
  CreateProject,
  UpdateProject,
  DeleteProject,
  AddStatusUpdate,
  UpdateUser,
  SetHidden,
  SetFeatures,
  RegisterWebhook,
  UpdateWebhook,
  DeleteWebhook,
  CreateCustomField,
  DeleteCustomField,
  AddFieldSetting,
  RemoveFieldSetting,
  AddStory,
  EditStory,
  UndeleteProject,
  AuthorizeApp,
  RedeemCode,
  RefreshAccess,
  AddToken,
  RevokeToken,
  ExpireToken,
  ForgetEvents,
  ExpireOffsets,
  CreatePortfolio,
  UpdatePortfolio,
  DeletePortfolio,
]);
export type AsanaOperation = z.infer<typeof AsanaOperation>;

/** An operation and who does it: `by` is a user's gid, the seed's `me` when left out. */
export const AsanaCommand = z
  .looseObject({ kind: z.string(), by: Gid.optional() })
  .transform(({ by, ...operation }) => ({
    ...AsanaOperation.parse(operation),
    ...(by === undefined ? {} : { by }),
  }));
export type AsanaCommand = z.output<typeof AsanaCommand>;

/** What an operation answers (the gid it made or changed) and the events it caused. */
export interface AsanaEffect {
  readonly result: Readonly<Record<string, unknown>>;
  readonly events: readonly AsanaEvent[];
}

/** Performs one operation on the state; throws an `AsanaRefusal`, with the state untouched, to refuse. */
export function applyOperation(
  state: AsanaState,
  { by, ...operation }: AsanaCommand,
  at: Instant,
): AsanaEffect {
  const happening = new Happening(state, at, by ?? state.me);
  const result = perform(happening, operation);
  state.log.append(happening.events);
  return { result: { ...result }, events: happening.events };
}

type Performers = {
  readonly [K in AsanaOperation["kind"]]: (
    on: Happening,
    operation: Extract<AsanaOperation, { kind: K }>,
  ) => object;
};

const performers: Performers = {
  createTask,
  updateTask,
  addDependency,
  removeDependency,
  addToProject,
  removeFromProject,
  setParent,
  deleteTask,
  undeleteTask,
  createGoal,
  updateGoal,
  deleteGoal,
  setGoalMetric,
  addSupport,
  removeSupport,
  createProject,
  updateProject,
  deleteProject,
  addStatusUpdate,
  updateUser,
  setHidden,
  setFeatures,
  registerWebhook,
  updateWebhook,
  deleteWebhook,
  createCustomField,
  deleteCustomField,
  addFieldSetting: addSetting,
  removeFieldSetting: removeSetting,
  addStory,
  editStory,
  undeleteProject,
  authorizeApp,
  redeemCode,
  refreshAccess,
  addToken,
  revokeToken,
  expireToken,
  forgetEvents,
  expireOffsets,
  createPortfolio,
  updatePortfolio,
  deletePortfolio,
};

function perform(on: Happening, operation: AsanaOperation): object {
  // `performers` pairs each kind with the function that takes that kind's operation.
  const performer = performers[operation.kind] as (
    on: Happening,
    operation: AsanaOperation,
  ) => object;
  return performer(on, operation);
}
