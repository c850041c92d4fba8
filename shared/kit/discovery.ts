import type { Json } from "#shared/ports/table.ts";

/** One scope or permission that a connection uses. */
export interface Requirement {
  /** As the vendor calls it: `read:jira-work`. */
  readonly name: string;
  readonly isHeld: boolean;
  /** What fails or goes unseen without it, for the admin. */
  readonly neededFor: string;
  /** Without a required one, the connection cannot work at all. */
  readonly isRequired: boolean;
}

/** Values of one settings field that an admin can choose from. */
export interface Choice {
  /** The settings field that takes the chosen values, as an array of texts. */
  readonly field: string;
  readonly title: string;
  /** What choosing none means. */
  readonly emptyMeans: string;
  readonly options: readonly {
    readonly value: string;
    readonly label: string;
    readonly hint?: string;
    /** How many records it holds, where the source can be asked cheaply. */
    readonly count?: number;
  }[];
  /** True where the source has more options than are listed. */
  readonly isCut: boolean;
}

/** A value that the hub would put into a settings field, and why. */
export interface Suggestion {
  readonly field: string;
  readonly value: Json;
  readonly why: string;
  /** What people call the entries of the value, where those are ids. */
  readonly labels?: Readonly<Record<string, string>>;
}

/** What a connected account shows of its tool, for choosing what to read and how to understand it. */
export interface Discovery {
  readonly choices: readonly Choice[];
  readonly suggestions: readonly Suggestion[];
}
