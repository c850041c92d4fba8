import { shortText } from "#shared/model/facts.ts";
import type { Signal } from "#shared/model/signal.ts";

import type { Evaluation } from "./rule.ts";

type Kept = Pick<
  Signal,
  "severity" | "title" | "evidence" | "teamIds" | "connectionIds" | "leaderId"
>;

/** A finding, cut to what a signal may hold: names of a source may each be short and together too long. */
export function keptOf({
  leaderId,
  severity,
  title,
  evidence: { sentence, path, facts },
  teamIds,
  connectionIds,
}: Extract<Evaluation, { state: "open" }>): Kept {
  return {
    severity,
    title: cut(title, 400),
    evidence: {
      sentence: cut(sentence, 1000),
      path: path.slice(0, 40).map((node) => ({ ...node, label: cut(node.label, 400) })),
      facts,
    },
    teamIds: teamIds.slice(0, 4),
    connectionIds: connectionIds.slice(0, 4),
    ...(leaderId !== undefined && { leaderId }),
  };
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : (shortText(text, max) ?? "");
}
