/** What was said of a task, or what Asana noted of a change of it. */
export interface Story {
  readonly gid: string;
  readonly task: string;
  readonly text: string;
  readonly created_at: string;
  readonly created_by: string;
  /** Absent: a comment. */
  readonly subtype?: string;
  /** Of a subtype about dependencies. */
  readonly dependency?: string;
}
