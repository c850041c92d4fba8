/** The inbox: matters that unfold, and the bar that handles what is ticked. */
export const styleInbox = `
.group { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 12px; padding: 0 16px 0 14px; border-left: 4px solid var(--line-strong); scroll-margin: 80px; }
.group.critical { border-left-color: var(--critical); }
.group.warning { border-left-color: var(--warning); }
.group > input { margin-top: 15px; }
.group > details > summary { color: inherit; font-weight: 400; padding: 11px 0; list-style: none; }
.group > details > summary::-webkit-details-marker { display: none; }
.group > details[open] > summary { margin-bottom: 4px; }
.group > details > ul { padding-bottom: 14px; }
.group > details > .more { padding-bottom: 14px; }
.group .card.alert { box-shadow: none; }
.group-line { display: flex; flex-wrap: wrap; gap: 4px 14px; align-items: baseline; }
.group-line::before { content: "▸"; color: var(--muted); width: .8em; }
details[open] > summary > .group-line::before { content: "▾"; }
.group-line .what { flex: 1 1 300px; min-width: 0; }
.group-line .what b { font-weight: 600; }
.group-line .what span { color: var(--muted); margin-left: 6px; }
.group-line .meta { color: var(--muted); font-size: .86rem; font-variant-numeric: tabular-nums; }
.inbox > li + li { margin-top: 10px; }
.alert { scroll-margin: 80px; }
.alert .head .title { display: flex; gap: 10px; align-items: baseline; min-width: 0; }
.alert .head .title input { position: relative; top: 3px; }
.bulk { position: sticky; bottom: 0; z-index: 2; display: flex; flex-wrap: wrap; gap: 8px 16px; align-items: center; justify-content: space-between; background: var(--surface); border: 1px solid var(--line-strong); border-radius: var(--radius) var(--radius) 0 0; padding: 9px 16px; margin-top: 18px; box-shadow: 0 -2px 10px rgb(20 25 30 / .08); }
.bulk .actions select { width: auto; max-width: 11rem; min-height: 36px; padding: 4px 8px; }
fieldset { border: 0; padding: 0; margin: 0; min-width: 0; }
fieldset legend { padding: 0; }
fieldset .hint + .field { margin-top: 10px; }
@media (max-width: 720px) {
  .bulk { padding: 8px 12px; margin-inline: -16px; border-radius: 0; border-inline: 0; }
  .bulk [data-keys], .bulk:not([data-some]) .actions { display: none; }
  .bulk .actions { flex-wrap: nowrap; width: 100%; gap: 6px; }
  .bulk .actions button { padding: 6px 9px; font-size: .86rem; }
  .bulk .actions select { flex: 1 1 0; min-width: 0; font-size: .86rem; }
  .group { padding: 0 12px 0 10px; gap: 0 8px; }
  .group .card.alert { padding: 11px 12px; }
}
@media (scripting: none) { .bulk:not([data-some]) .actions { display: flex; } }
dialog { border: 1px solid var(--line-strong); border-radius: var(--radius); background: var(--surface); color: var(--ink); padding: 20px 24px; max-width: min(92vw, 460px); }
dialog::backdrop { background: rgb(10 14 18 / .45); }
dialog .facts { margin: 12px 0 16px; }
kbd { font: .86em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; border: 1px solid var(--line-strong); border-bottom-width: 2px; border-radius: 5px; padding: 0 6px; background: var(--sunken); color: var(--ink); }
.filters + .marks { margin-top: -8px; }
.marks { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 16px; }
.marks a { text-decoration: none; }
.marks a.on { background: var(--accent-soft); border-color: var(--accent); color: var(--accent); }
.verbs > * + * { margin-top: 10px; }
.verbs form.inline { display: flex; }
.verbs form.inline select { flex: 1; min-width: 0; }
`;
