/** Cards, badges, forms and tables: what pages are made of. */
export const styleParts = `
.card { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); padding: 18px 20px; }
.stack > * + * { margin-top: 12px; }
.card > p > .button { margin-top: 12px; }
.row { display: flex; flex-wrap: wrap; gap: 6px 14px; align-items: center; }
.row.tight { gap: 4px 8px; }
.row.as-of { flex-wrap: nowrap; }
.row.as-of label { flex: none; margin: 0; }
.row.as-of input { width: auto; min-height: 36px; padding: 4px 8px; }
.row.spread { justify-content: space-between; }
.grid { display: grid; gap: 16px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); }
.split { display: grid; gap: 24px; grid-template-columns: minmax(0, 1fr) 320px; align-items: start; }
@media (max-width: 960px) { .split { grid-template-columns: minmax(0, 1fr); } }

.tiles { display: grid; gap: 12px; grid-template-columns: repeat(5, minmax(0, 1fr)); margin-bottom: 22px; }
.tile { background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); padding: 13px 16px; display: block; text-decoration: none; color: inherit; }
a.tile:hover { border-color: var(--line-strong); }
.tile b { display: block; font-size: 1.6rem; line-height: 1.2; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -.02em; }
.tile span { color: var(--muted); font-size: .86rem; line-height: 1.3; display: block; overflow-wrap: normal; }
.tile.is-critical b { color: var(--critical); }
@media (max-width: 720px) {
  .tiles { grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 8px; margin-bottom: 16px; }
  .tile { padding: 8px 11px; }
  .tile b { font-size: 1.2rem; }
  .tile span { font-size: .76rem; }
}

.badge { display: inline-flex; align-items: center; gap: 6px; font-size: .8rem; line-height: 1.3; font-weight: 560; padding: 2px 9px; border-radius: 99px; background: var(--info-soft); color: var(--info); white-space: nowrap; }
.badge::before { content: ""; width: 7px; height: 7px; border-radius: 50%; background: currentColor; flex: none; }
.badge.plain::before { content: none; }
.badge.critical { background: var(--critical-soft); color: var(--critical); }
.badge.warning { background: var(--warning-soft); color: var(--warning); }
.badge.good { background: var(--good-soft); color: var(--good); }
.badge.verdict { background: var(--sunken); color: var(--ink); }
.badge.verdict::before { background: var(--v, var(--unknown)); width: 9px; height: 9px; }
.v-linked { --v: var(--linked); } .v-unlinked { --v: var(--unlinked); } .v-allowed { --v: var(--allowed); }
.v-unlinkable { --v: var(--unlinkable); } .v-unknown { --v: var(--unknown); }

.chips { display: flex; flex-wrap: wrap; gap: 6px 4px; align-items: center; }
.chips li { display: flex; align-items: center; gap: 4px; max-width: 100%; }
.chip { display: inline-block; max-width: 24rem; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 4px 10px; border: 1px solid var(--line-strong); border-radius: 7px; background: var(--surface); color: var(--ink); text-decoration: none; font-size: .88rem; line-height: 1.35; }
@media (max-width: 720px) { .chip { white-space: normal; } }
a.chip:hover { border-color: var(--accent); color: var(--accent); }
.chip.broken { border-style: dashed; border-color: var(--unlinked); color: var(--unlinked); background: transparent; }
.chip.unit { background: var(--sunken); border-color: transparent; }
.chips .to { color: var(--muted); font-size: .82rem; padding: 0 3px; white-space: nowrap; }

button, .button {
  font: inherit; font-weight: 560; font-size: .92rem; line-height: 1.3; padding: 7px 14px; min-height: 36px; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--line-strong); background: var(--surface); color: var(--ink); text-decoration: none; display: inline-block;
  white-space: nowrap; flex: none;
}
button:hover, .button:hover { border-color: var(--muted); background: var(--sunken); }
button.primary, .button.primary { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
button.primary:hover, .button.primary:hover { filter: brightness(1.08); background: var(--accent); }
button.danger { color: var(--critical); }
button.quiet { border-color: transparent; background: transparent; color: var(--accent); padding-inline: 8px; }
form.inline { display: inline-flex; gap: 8px; align-items: center; }
label, .label { display: block; font-weight: 560; font-size: .9rem; }
.hint { color: var(--muted); font-size: .86rem; margin-top: 2px; }
input, select, textarea {
  font: inherit; width: 100%; padding: 7px 10px; min-height: 38px; border-radius: 8px; border: 1px solid var(--line-strong);
  background: var(--surface); color: var(--ink);
}
textarea { min-height: 60px; resize: vertical; field-sizing: content; }
textarea.code { font: .86rem/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
select { max-width: 100%; }
input[type=checkbox] { width: 18px; height: 18px; min-height: 0; margin: 0; accent-color: var(--accent); flex: none; }
.check { display: flex; gap: 10px; align-items: flex-start; }
.field + .field { margin-top: 16px; }
.field > input, .field > select, .field > textarea { margin-top: 6px; }
.field .error, .error-text { color: var(--critical); font-size: .88rem; margin-top: 5px; font-weight: 520; }
[aria-invalid=true] { border-color: var(--critical); box-shadow: 0 0 0 1px var(--critical); }
.filters { display: flex; flex-wrap: wrap; gap: 10px; align-items: end; margin-bottom: 20px; }
.filters > div { flex: 1 1 150px; max-width: 240px; min-width: 0; }
.filters > div.wide { flex-basis: 220px; max-width: none; }
.filters label { font-size: .8rem; color: var(--muted); margin-bottom: 3px; font-weight: 520; }
.field + .actions { margin-top: 20px; }
.actions { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
details > summary { cursor: pointer; font-weight: 560; color: var(--accent); }
details[open] > summary { margin-bottom: 10px; }
.menu { position: relative; }
.menu > summary { list-style: none; }
.menu > summary::-webkit-details-marker { display: none; }
.menu[open] > summary { margin-bottom: 0; }
.menu > form { margin-top: 10px; }

.notice { border-radius: var(--radius); padding: 11px 16px; margin-bottom: 20px; background: var(--accent-soft); border: 1px solid transparent; }
.notice.bad { background: var(--critical-soft); color: var(--critical); }
.notice.warn { background: var(--warning-soft); color: var(--warning); }
.empty { text-align: center; padding: 44px 24px; color: var(--muted); }
.empty h2 { color: var(--ink); margin-bottom: 6px; }
.empty p { max-width: 58ch; margin: 0 auto; }
.empty .button { margin-top: 16px; }

.table-wrap { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: 10px 14px; border-top: 1px solid var(--line); }
thead th { border-top: 0; font-size: .8rem; font-weight: 560; color: var(--muted); white-space: nowrap; }
tbody th { font-weight: 520; }
td.num, th.num { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
@media (max-width: 720px) {
  .cards-on-phone thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards-on-phone tr, .cards-on-phone td, .cards-on-phone th { display: block; border: 0; padding: 2px 0; }
  .cards-on-phone tr { padding: 12px 16px; border-top: 1px solid var(--line); }
  .cards-on-phone tbody tr:first-child { border-top: 0; }
  .cards-on-phone td[data-label] { display: inline-block; margin-right: 14px; }
  .cards-on-phone td.num { text-align: left; }
  .cards-on-phone [data-label]::before { content: attr(data-label) ": "; color: var(--muted); font-size: .86rem; font-weight: 400; }
}
dl.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 5px 16px; }
dl.facts dt { color: var(--muted); font-size: .9rem; }
.pager { display: flex; justify-content: space-between; margin-top: 16px; gap: 12px; align-items: center; }
`;
