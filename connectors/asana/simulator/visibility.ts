import type { AsanaState, Kind, StateOf, Task } from "./state.ts";
import { currentViewer, type Viewer } from "./viewer.ts";

/** How Asana refuses what somebody may not see: 403, or 404 as if it were not there. */
type Refusal = "forbidden" | "absent";

interface Hiding {
  /** Absent: from everybody. */
  readonly user?: string;
  readonly as: Refusal;
}

/** What each token sees. Nothing is stored per token: it follows from its user and its kind. */
export class Visibility {
  readonly #state: AsanaState;
  readonly #hidden = new Map<string, Hiding[]>();

  constructor(state: AsanaState) {
    this.#state = state;
  }

  /** Hides an object, and with it all that hangs on it, from a user or from everybody. */
  hide(gid: string, hiding: Hiding): void {
    this.show(gid, hiding.user);
    this.#hidden.set(gid, [...(this.#hidden.get(gid) ?? []), hiding]);
  }

  show(gid: string, user?: string): void {
    const others = (this.#hidden.get(gid) ?? []).filter((hiding) => hiding.user !== user);
    if (others.length > 0) this.#hidden.set(gid, others);
    else this.#hidden.delete(gid);
  }

  hiddenGids(): readonly string[] {
    return [...this.#hidden.keys()];
  }

  sees<K extends Kind>(kind: K, item: StateOf[K]): boolean {
    return this.refusal(kind, item) === undefined;
  }

  /** Why whoever asks may not see an object; undefined when they may. */
  refusal<K extends Kind>(kind: K, item: StateOf[K]): Refusal | undefined {
    const viewer = currentViewer();
    if (!viewer && this.#hidden.size === 0) return undefined;
    return this.#hiding(item.gid, viewer) ?? this.#throughOthers(kind, item, viewer);
  }

  #hiding(gid: string, viewer: Viewer | undefined): Refusal | undefined {
    return this.#hidden.get(gid)?.find(({ user }) => user === undefined || user === viewer?.user)
      ?.as;
  }

  #throughOthers<K extends Kind>(
    kind: K,
    item: StateOf[K],
    viewer: Viewer | undefined,
  ): Refusal | undefined {
    const rule: Rule<K> | undefined = this.#rules[kind];
    const refusal = rule?.(item, viewer);
    if (refusal !== undefined || kind === "workspace") return refusal;
    return "workspace" in item && item.workspace !== undefined
      ? this.#of("workspace", item.workspace)
      : undefined;
  }

  /** The refusal of the object that another one hangs on. */
  #of(kind: Kind, gid: string): Refusal | undefined {
    const item = this.#state.find(kind, gid);
    return item ? this.refusal(kind, item) : undefined;
  }

  readonly #rules: { readonly [K in Kind]?: Rule<K> } = {
    workspace: (item, viewer) => {
      if (!viewer) return undefined;
      if (viewer.kind === "service-account") {
        return (viewer.workspace ?? item.gid) === item.gid ? undefined : "forbidden";
      }
      const user = this.#state.find("user", viewer.user);
      return (user?.workspaces?.includes(item.gid) ?? true) ? undefined : "forbidden";
    },
    project: (item, viewer) => {
      if (!viewer || viewer.kind === "service-account" || !item.members) return undefined;
      const isMember = item.members.includes(viewer.user) || item.owner === viewer.user;
      return isMember ? undefined : "forbidden";
    },
    section: (item) => this.#of("project", item.project),
    task: (item, viewer) => this.#task(item, viewer),
    story: (item) => this.#of("task", item.task),
    status_update: (item) => this.#anyKind(item.parent),
    custom_field_setting: (item) => this.#anyKind(item.parent),
    goal_relationship: (item) =>
      this.#of("goal", item.supported_goal) ?? this.#anyKind(item.supporting_resource),
  };

  #anyKind(gid: string): Refusal | undefined {
    const kind = this.#state.kindOf(gid);
    return kind ? this.#of(kind, gid) : undefined;
  }

  /** Seen by its assignee, through any project that holds it, and through its parent. */
  #task(task: Task, viewer: Viewer | undefined): Refusal | undefined {
    if (viewer && task.assignee === viewer.user) return undefined;
    const refusals = task.memberships.map(({ project }) => this.#of("project", project));
    if (task.parent !== undefined) refusals.push(this.#of("task", task.parent));
    return refusals.includes(undefined) ? undefined : refusals[0];
  }
}

type Rule<K extends Kind> = (item: StateOf[K], viewer: Viewer | undefined) => Refusal | undefined;
