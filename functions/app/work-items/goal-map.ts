import { hierarchy, tree } from "d3-hierarchy";
import type { HierarchyPointNode } from "d3-hierarchy";
import { scaleLinear } from "d3-scale";
import { linkHorizontal } from "d3-shape";
import { html } from "hono/html";

import { shortText } from "#shared/model/facts.ts";

import { capital, inWords, plural } from "../page/format.ts";
import type { Html } from "../page/html.ts";
import { nothing, pathTo } from "../page/html.ts";
import type { GoalTreeAnswer } from "./goal-answers.ts";

const box = { width: 310, height: 54 };
const gap = { x: 66, y: 14 };
const barWidth = box.width - 20;
/** So many characters of 13 px fit into a box, unless they are wide ones; those are cut off at its edge. */
const titleCharacters = 42;

type Root = Pick<GoalTreeAnswer, "children"> & Partial<GoalTreeAnswer>;
type Node = HierarchyPointNode<Root>;

/** The goal tree as a map, left to right from theme to initiative, with the open work behind each goal. */
export function goalMap(goals: readonly GoalTreeAnswer[]): Html {
  const root = hierarchy<Root>({ children: [...goals] });
  const layout = tree<Root>()
    .nodeSize([box.height + gap.y, box.width + gap.x])
    .separation((a, b) => (a.parent === b.parent ? 1 : 1.25))(root);
  const nodes = layout.descendants().filter(isGoal);
  const left = Math.min(...nodes.map(({ y }) => y));
  const top = Math.min(...nodes.map(({ x }) => x));
  const width = Math.max(...nodes.map(({ y }) => y)) - left + box.width + 16;
  const height = Math.max(...nodes.map(({ x }) => x)) - top + box.height + 16;
  const most = Math.max(1, ...nodes.map(({ data }) => data.counts?.openWork ?? 0));
  const scale = scaleLinear([0, most], [0, barWidth]);
  const link = linkHorizontal<unknown, readonly [number, number]>();
  const at = (node: Node): readonly [number, number] => [node.y - left + 8, node.x - top + 8];
  return html`<div
    class="map-wrap only-wide"
    tabindex="0"
    role="region"
    aria-label="Map of the goals"
  >
    <svg
      class="map"
      width="${width}"
      height="${height}"
      viewBox="0 0 ${width} ${height}"
      role="group"
    >
      ${nodes.flatMap((node) => {
        const { parent } = node;
        if (!parent || !isGoal(parent)) return [];
        const [fromX, fromY] = at(parent);
        const [toX, toY] = at(node);
        const middle = box.height / 2;
        const path = link({
          source: [fromX + box.width, fromY + middle],
          target: [toX, toY + middle],
        });
        return [html`<path class="edge" d="${path ?? ""}" />`];
      })}
      ${nodes.map((node) => goalBox(node, at(node), (work) => scale(work)))}
    </svg>
  </div>`;
}

/** The invisible root that holds the trees together is no goal. */
function isGoal(node: Node): boolean {
  return node.data.id !== undefined;
}

function goalBox(
  { data }: Node,
  [x, y]: readonly [number, number],
  scale: (work: number) => number,
): Html {
  const { id = "", title = "", kind = "" } = data;
  const { counts = { openWork: 0, closedWork: 0 } } = data;
  const isEmpty = counts.openWork + counts.closedWork === 0;
  const open = plural(counts.openWork, "open item");
  const classes = ["kind-", kind, isEmpty ? " is-empty" : "", isClosed(data) ? " is-closed" : ""];
  const inner = x + 10;
  return html`<a
    href="${pathTo("goals", id)}"
    class="${classes.join("")}"
    aria-label="${`${title}: ${open}`}"
  >
    <title>${title}</title>
    <rect class="box" x="${x}" y="${y}" width="${box.width}" height="${box.height}" rx="8" />
    <svg x="${inner}" y="${y}" width="${barWidth + 6}" height="28">
      <text x="0" y="20">${shortened(title)}</text>
    </svg>
    <text class="sub" x="${inner}" y="${y + 37}">
      ${capital(inWords(kind))} · ${isEmpty ? "no work serves it" : open}
    </text>
    ${isEmpty ? nothing : workBar([inner, y + 44], scale(counts.openWork))}</a
  >`;
}

function isClosed({ status }: Root): boolean {
  return status === "done" || status === "dropped";
}

function workBar([x, y]: readonly [number, number], width: number): Html {
  return html`<rect class="rail" x="${x}" y="${y}" width="${barWidth}" height="4" rx="2" />
    <rect class="fill" x="${x}" y="${y}" width="${width}" height="4" rx="2" />`;
}

function shortened(title: string): string {
  return shortText(title, titleCharacters) ?? title;
}
