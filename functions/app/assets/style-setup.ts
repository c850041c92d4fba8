/** What setting up a connection draws: its steps, lists to choose from, ticks. */
export const styleSetup = `
.card > .actions > .button { margin-top: 0; }
.card > .gap-below { margin-bottom: 14px; }
.gap-above { margin-top: 5px; }
.medium { max-width: 780px; }
.narrow { max-width: 560px; }
.steps { display: flex; flex-wrap: wrap; gap: 6px 22px; margin: 0 0 20px; padding: 0 0 14px; border-bottom: 1px solid var(--line); font-size: .92rem; counter-reset: none; }
.steps li { color: var(--muted); }
.steps a, .steps span { display: inline-flex; align-items: center; gap: 8px; color: inherit; text-decoration: none; }
.steps a:hover { color: var(--accent); }
.steps i { display: inline-grid; place-items: center; width: 24px; height: 24px; border-radius: 50%; border: 1px solid var(--line-strong); font-style: normal; font-size: .82rem; font-weight: 600; font-variant-numeric: tabular-nums; }
.steps .done i { background: var(--good-soft); border-color: transparent; color: var(--good); }
.steps [aria-current] { color: var(--ink); font-weight: 600; }
.steps [aria-current] i { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
.leave { margin-top: 26px; padding-top: 12px; border-top: 1px solid var(--line); }
.leave button { color: var(--muted); padding-inline: 0; }
.leave button:hover { background: transparent; color: var(--critical); text-decoration: underline; }
fieldset { border: 0; margin: 0; min-width: 0; }
fieldset.card { border: 1px solid var(--line); }
.numbered { list-style: decimal; padding-left: 1.3em; }
.numbered li + li { margin-top: 5px; }
.plain li + li { margin-top: 2px; }
.find { display: flex; flex-wrap: wrap; gap: 8px; }
.find input { flex: 1 1 180px; width: auto; }
.options { border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
.options.tall { max-height: 460px; overflow-y: auto; }
.options li + li { border-top: 1px solid var(--line); }
.option { display: flex; gap: 12px; align-items: center; padding: 9px 14px; font-weight: 400; font-size: .95rem; cursor: pointer; }
.option:hover { background: var(--sunken); }
.option:has(:checked) { background: var(--accent-soft); }
.option > span:first-of-type { flex: 1; min-width: 0; }
.options [hidden] { display: none; }
.option b { font-weight: 560; }
.ticks li { display: flex; gap: 12px; padding: 9px 0; border-top: 1px solid var(--line); }
.ticks li:first-child { border-top: 0; }
.ticks i { flex: none; display: grid; place-items: center; width: 24px; height: 24px; border-radius: 50%; font-style: normal; font-weight: 700; font-size: .82rem; background: var(--good-soft); color: var(--good); }
.ticks .missing i { background: var(--warning-soft); color: var(--warning); }
.ticks .needed i { background: var(--critical-soft); color: var(--critical); }
.examples { margin-top: 4px; font-size: .92rem; }
.examples li { padding: 2px 0; }
.notice.slim { margin-bottom: 0; padding: 8px 12px; font-size: .92rem; }
.scopes code { display: inline-block; padding: 1px 7px; margin: 2px 2px 2px 0; background: var(--sunken); border-radius: 6px; }
.line-head { margin-top: 10px; }
.meter { display: block; width: 100%; height: 10px; border-radius: 99px; overflow: hidden; background: var(--sunken); }
.meter .used { fill: var(--accent); }
.meter .reserve { fill: var(--line-strong); }
.stack > section + section { margin-top: 14px; }
@media (max-width: 720px) {
  .steps { gap: 6px 12px; }
  .steps li:not([aria-current]) a, .steps li:not([aria-current]) span { font-size: 0; gap: 0; }
  .steps li:not([aria-current]) i { font-size: .8rem; }
  .find button { flex: 1 1 auto; }
  .options.tall { max-height: none; }
}
`;
