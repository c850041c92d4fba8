import type { MessageLine, MessageSection } from "#shared/kit/notifier.ts";

import { section } from "./blocks.ts";
import type { Block } from "./blocks.ts";
import { cut, escapeText, link } from "./escape.ts";
import { lineList } from "./line-list.ts";

const lineMax = 300;

/** What a digest, brief or report tells of, one block for each section; those without room are counted. */
export function sectionBlocks(sections: readonly MessageSection[], room: number): readonly Block[] {
  if (sections.length <= room) return sections.map(sectionBlock);
  const shown = sections.slice(0, Math.max(0, room - 1));
  const rest = sections.length - shown.length;
  return [...shown.map(sectionBlock), section(`… and ${rest} more sections: see them in the hub`)];
}

function sectionBlock({ title, lines, more = 0 }: MessageSection): Block {
  return section(lineList(`*${escapeText(cut(title, lineMax))}*`, lines.map(lineText), more));
}

function lineText({ text, url }: MessageLine): string {
  return `• ${link(url, cut(text, lineMax))}`;
}
