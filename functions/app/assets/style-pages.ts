/** What single pages draw: alerts, lines of sight, progress, bars and the goal map. */
export const stylePages = `
.group-note { color: var(--muted); max-width: 92ch; margin: -4px 0 14px; }
.group-note b { color: var(--ink); font-weight: 560; }
.alert { border-left: 4px solid var(--line-strong); padding: 15px 20px 14px; }
.alert.critical { border-left-color: var(--critical); }
.alert.warning { border-left-color: var(--warning); }
.alert + .alert { margin-top: 10px; }
.alert h3 a { color: var(--ink); text-decoration: none; }
.alert h3 a:hover { color: var(--accent); text-decoration: underline; }
.alert .head { display: flex; gap: 6px 14px; justify-content: space-between; align-items: baseline; }
.alert .head .row { flex: none; flex-wrap: nowrap; }
@media (max-width: 720px) { .alert .head { flex-wrap: wrap; } .alert { padding: 13px 15px; } }
.alert .sentence { margin: 4px 0 10px; max-width: 96ch; }
.alert .foot { display: flex; flex-wrap: wrap; gap: 8px 16px; justify-content: space-between; align-items: center; margin-top: 12px; }
.alert .meta { color: var(--muted); font-size: .86rem; display: flex; flex-wrap: wrap; gap: 2px 14px; }
.alert .actions button { min-height: 32px; padding: 4px 12px; font-size: .86rem; }
.alert .actions, .alert form.inline { gap: 6px; }
.alert .actions select { min-height: 32px; padding: 3px 8px; font-size: .86rem; width: auto; }
.sight + .fresh { margin-top: 14px; padding-top: 10px; border-top: 1px solid var(--line); }
section + .fresh, .table-wrap + .fresh { margin-top: 14px; }
.fresh { color: var(--muted); font-size: .86rem; }
.fresh .stale { color: var(--warning); font-weight: 560; }

.sight { position: relative; }
.sight > li { position: relative; padding: 0 0 18px 44px; min-height: 62px; }
.sight > li:last-child { padding-bottom: 4px; min-height: 0; }
.sight .spine { position: absolute; left: 0; top: 0; width: 32px; height: 100%; overflow: visible; }
.spine line { stroke: var(--linked); stroke-width: 3; }
.spine circle, .spine rect, .spine path { fill: var(--surface); stroke: var(--linked); stroke-width: 3; }
.spine .full { fill: var(--linked); }
.sight.is-broken .spine line, .sight.is-broken .spine circle, .sight.is-broken .spine rect { stroke: var(--line-strong); }
.sight.is-broken .spine .full { fill: var(--line-strong); }
.spine line.gap { stroke: var(--v) !important; stroke-dasharray: 2 6; stroke-linecap: round; }
.spine .end { stroke: var(--v) !important; stroke-dasharray: 3 3; }
.sight .what { font-size: .82rem; color: var(--muted); }
.sight .name { font-weight: 560; }
.sight .name a { color: var(--ink); }
.sight .self .name { font-size: 1.05rem; }
.sight .how { display: inline-block; color: var(--muted); font-size: .82rem; background: var(--sunken); border-radius: 99px; padding: 1px 9px; margin-top: 4px; }
.sight .broken-point { border: 1px dashed var(--v); border-radius: var(--radius); padding: 10px 14px; }
.sight .broken-point b { display: block; font-weight: 600; }

.card > h3 { margin: 14px 0 8px; }
.card > h3:first-child { margin: 0 0 4px; }
.waits { display: grid; grid-template-columns: minmax(0, 1fr) auto minmax(0, 1fr); gap: 10px; align-items: stretch; }
.waits .end { border: 1px solid var(--line); border-radius: 8px; padding: 10px 12px; }
.waits .arrow { align-self: center; color: var(--muted); font-size: .82rem; text-align: center; max-width: 110px; }
.waits .arrow svg { display: block; margin: 0 auto 2px; }
.waits .arrow time { white-space: nowrap; }
.waits + .waits { margin-top: 10px; }
@media (max-width: 640px) { .waits { grid-template-columns: minmax(0, 1fr); } .waits .arrow { max-width: none; } .waits .arrow svg { transform: rotate(90deg); margin: 12px auto 14px; } }

.progress { display: block; width: 100%; height: 8px; border-radius: 99px; background: var(--sunken); overflow: hidden; }
.progress rect { fill: var(--accent); }
.progress.done rect { fill: var(--linked); }
.collections li { padding: 7px 0; border-top: 1px solid var(--line); }
.collections li:first-child { border-top: 0; }
.collections li:last-child { padding-bottom: 0; }
.card > h2 + *, .card > h3 + ul { margin-top: 8px; }
.card > h2 + .collections { margin-top: 4px; }
.collections .line { display: flex; justify-content: space-between; gap: 4px 12px; flex-wrap: wrap; font-size: .9rem; margin-bottom: 4px; }

.bar { display: block; width: 100%; min-width: 140px; height: 16px; border-radius: 4px; overflow: hidden; background: var(--sunken); }
.bar rect { fill: var(--v); stroke: var(--surface); stroke-width: 1; vector-effect: non-scaling-stroke; }
.bar.tall { height: 26px; border-radius: 6px; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: .88rem; color: var(--muted); }
.legend li { display: flex; align-items: center; gap: 7px; }
.legend i { width: 11px; height: 11px; border-radius: 3px; background: var(--v); flex: none; }
.legend b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
.weeks { display: block; width: 100%; max-width: 520px; }
.weeks rect { fill: var(--accent); }
.weeks text { fill: var(--ink); font-size: 11px; }
.row.fields { align-items: flex-end; }
.row.fields .field { margin: 0; }
ul.samples li + li { margin-top: 14px; }
.pair { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 8px 14px; }
.pair .label { display: block; margin-bottom: 4px; font-weight: 600; font-size: 14px; }
td summary { white-space: nowrap; }
dl.facts.long { grid-template-columns: minmax(0, 24rem) max-content; }
.weeks .when { fill: var(--muted); font-size: 10px; }
td.bar-cell { width: 42%; vertical-align: middle; }
@media (max-width: 720px) { td.bar-cell { width: 100%; padding: 6px 0 !important; } }

.map-wrap { overflow-x: auto; background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius); box-shadow: var(--shadow); padding: 8px; }
.map-wrap:focus-visible { border-radius: var(--radius); }
.map text { font-size: 13px; fill: var(--ink); }
.map .sub { font-size: 11.5px; fill: var(--muted); }
.map .box { fill: var(--surface); stroke: var(--line-strong); }
.map a:hover .box, .map a:focus-visible .box { stroke: var(--accent); stroke-width: 2; }
.map .edge { fill: none; stroke: var(--line-strong); stroke-width: 1.5; }
.map .rail { fill: var(--sunken); }
.map .fill { fill: var(--linked); }
.map .is-empty .box { stroke: var(--unlinked); stroke-dasharray: 4 3; }
.map .is-empty .sub { fill: var(--unlinked); }
.map .kind-theme .box { fill: var(--accent-soft); stroke: var(--accent); }
.map .is-closed text { fill: var(--muted); text-decoration: line-through; }
@media (max-width: 720px) { .only-wide { display: none; } }
@media (min-width: 721px) { .only-narrow { display: none; } }
.tree ul { margin-left: 11px; padding-left: 15px; border-left: 1px solid var(--line); }
.tree li { padding: 5px 0; }
.tree .line { display: flex; flex-wrap: wrap; gap: 2px 12px; align-items: baseline; }
.sign-in { max-width: 420px; margin: 8vh auto 0; }
`;
