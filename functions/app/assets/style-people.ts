/** What the pages of people and accounts draw: suggestions, reasons, match rates. */
export const stylePeople = `
.who:focus { outline: 3px solid var(--focus); outline-offset: 2px; }
.suggestions > li { padding: 10px 0; border-top: 1px solid var(--line); }
.suggestions > li:last-child { padding-bottom: 0; }
.card > h2 + .suggestions > li:first-child { border-top: 0; padding-top: 0; }
.reasons { margin: 5px 0 8px; font-size: .92rem; }
.reasons li { padding-left: 1.4em; text-indent: -1.4em; }
.reasons li::before { display: inline-block; width: 1.4em; text-indent: 0; font-weight: 700; }
.reasons .for::before { content: "+"; color: var(--good); }
.reasons .doubt { color: var(--warning); }
.reasons .doubt::before { content: "–"; color: var(--warning); }
.team-rate { color: var(--muted); font-size: .86rem; margin: -8px 0 16px; }
.line > form.inline button { min-height: 0; padding-block: 0; }
.hint + .collections { margin-top: 8px; }
.match-rate { color: var(--muted); font-size: .8rem; font-weight: 400; white-space: nowrap; font-variant-numeric: tabular-nums; }
`;
