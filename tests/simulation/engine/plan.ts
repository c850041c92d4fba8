import type { Partition } from "./host/hot-keys.ts";
import type { FunctionName } from "./host/processes.ts";
import type { ReaderName } from "./host/sim-stream.ts";
import type { TargetName } from "./host/wiring.ts";
import type { ApiFaultKind } from "./world/api.ts";
import type { ToolName } from "./world/company.ts";
import type { EditName } from "./world/edits.ts";

/** A run as data. The same plan gives the same run, and a step left out moves none of the others' chances. */
export interface Plan {
  readonly seed: number;
  readonly config: PlanConfig;
  readonly steps: readonly Step[];
}

/** Which company it is: the same in every run that names it. */
export interface CompanyChoice {
  readonly number: number;
  readonly isSmall: boolean;
}

/** What holds for the whole run. */
export interface PlanConfig {
  /** Absent: one of full size that no other seed has. */
  readonly company?: CompanyChoice;
  /** The hub has read all of it, calmly, before the first step; absent: reading is still to be done. */
  readonly isRead?: boolean;
  readonly hasWebhooks: boolean;
  /** Shares of the webhooks that never come, that come twice, that come up to half an hour late. */
  readonly dropped: number;
  readonly duplicated: number;
  readonly delayed: number;
  readonly busDuplicated: number;
  readonly shards: number;
  /** Whether the stream is read while there is other work, a few records at a time. */
  readonly isEager: boolean;
  readonly pageSize: number;
  readonly indexLagMs: number;
  /** How far each tool's clock is from the hub's. */
  readonly skewMs: Readonly<Record<ToolName, number>>;
  /** Versions are whole multiples of it: above 1, several edits share one. */
  readonly granularityMs: number;
  readonly graceMinutes: number;
}

export interface Step {
  /** Its own name, from which all its chances come. */
  readonly id: string;
  /** What passes before it. */
  readonly afterMinutes: number;
  /** What is due waits for it: so a first step is there before the first reading is. */
  readonly isAtOnce?: boolean;
  readonly act: Act;
}

export type Act =
  | { readonly kind: "edit"; readonly tool: ToolName; readonly edit: EditName }
  | {
      readonly kind: "api";
      readonly tool: ToolName;
      readonly fault: ApiFaultKind;
      readonly skip: number;
      readonly times: number;
    }
  /** While an answer of the tool is on its way, this happens there, and its webhook overtakes the answer. */
  | { readonly kind: "overtake"; readonly tool: ToolName; readonly edit: EditName }
  | {
      readonly kind: "mishap";
      readonly function: FunctionName;
      readonly what: "die" | "fail";
      readonly when: "before" | "after";
      readonly at: number;
      readonly times: number;
      /** Only operations whose name begins so are counted, in whichever invocation they come. */
      readonly on?: string | undefined;
    }
  /** Of what the function writes side by side, every second write is refused: the first, or the second. */
  | {
      readonly kind: "half-batch";
      readonly function: FunctionName;
      readonly isFirst: boolean;
      readonly times: number;
    }
  /** For so long, this share of what touches one of the fullest partitions is refused, or of that written next. */
  | {
      readonly kind: "hot-key";
      readonly of: Partition["of"] | "written next";
      readonly minutes: number;
      readonly share: number;
    }
  /** In the middle of an invocation, all else that is due is done. */
  | {
      readonly kind: "meanwhile";
      readonly function: FunctionName;
      readonly at: number;
      readonly tool: ToolName;
      readonly edit: EditName;
      /** Only operations whose name begins so are counted, in whichever invocation they come. */
      readonly on?: string | undefined;
    }
  | { readonly kind: "outage" | "revoke" | "heal"; readonly tool: ToolName }
  | { readonly kind: "expire"; readonly tool: ToolName; readonly which: "pages" | "all" }
  | { readonly kind: "redeliver"; readonly count: number }
  /** So many records of the stream never come to the reader. */
  | { readonly kind: "gap"; readonly reader: ReaderName; readonly count: number }
  | { readonly kind: "bus-down" | "up" }
  | { readonly kind: "target-down"; readonly target: TargetName }
  | { readonly kind: "channel-retry"; readonly times: number }
  | { readonly kind: "rotate" }
  | { readonly kind: "erase" }
  | { readonly kind: "garbage"; readonly tool: ToolName }
  | { readonly kind: "check" }
  /** Nothing happens for so long, but for troubles that stand; then what was left alone must be right. */
  | { readonly kind: "rest"; readonly minutes: number };
