/** One thing that happened, and every object whose watchers hear of it (events bubble up). */
export interface AsanaEvent {
  readonly action: "changed" | "added" | "removed" | "deleted" | "undeleted";
  readonly resource: EventRef;
  readonly parent: EventRef | null;
  readonly change?: {
    readonly field: string;
    readonly action: "changed" | "added" | "removed";
    readonly new_value?: EventRef;
    readonly added_value?: EventRef;
    readonly removed_value?: EventRef;
  };
  readonly user: EventRef;
  readonly created_at: string;
  readonly watchedAs: ReadonlySet<string>;
}

export interface EventRef {
  readonly gid: string;
  readonly resource_type: string;
  readonly resource_subtype?: string;
}

/** What the outside sees of an event. */
export function publicEvent(event: AsanaEvent): Omit<AsanaEvent, "watchedAs"> {
  const { action, resource, parent, change, user, created_at } = event;
  return { user, created_at, action, resource, parent, ...(change ? { change } : {}) };
}
