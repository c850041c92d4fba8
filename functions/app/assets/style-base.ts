/** Colours, type and the frame of every page. Contrast of text is at least 4.5 in both schemes. */
export const styleBase = `
:root {
  color-scheme: light dark;
  --bg: #f5f5f1; --surface: #ffffff; --sunken: #eeeee8; --ink: #1b2126; --muted: #58616a;
  --line: #dfdfd7; --line-strong: #c4c5bc;
  --accent: #17596a; --accent-ink: #ffffff; --accent-soft: #e2eef0; --focus: #0a66c2;
  --linked: #26785a; --unlinked: #bf4f14; --allowed: #4769a8; --unlinkable: #7a559f; --unknown: #8b939a;
  --critical: #a8201a; --critical-soft: #fbe9e7; --warning: #8f5200; --warning-soft: #fdf1dd;
  --info: #48545e; --info-soft: #eceeee; --good: #1c6a4c; --good-soft: #e3f2ea;
  --shadow: 0 1px 2px rgb(20 25 30 / .06), 0 1px 8px rgb(20 25 30 / .04);
  --radius: 10px;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #121518; --surface: #1a1e22; --sunken: #22272c; --ink: #e6e9eb; --muted: #a3adb5;
    --line: #2b3137; --line-strong: #414950;
    --accent: #82c7d3; --accent-ink: #0c1c20; --accent-soft: #1d3238; --focus: #7db8f5;
    --linked: #57b48d; --unlinked: #ee8a4d; --allowed: #8aa9e0; --unlinkable: #b796da; --unknown: #7c868e;
    --critical: #f2938c; --critical-soft: #3a1f1e; --warning: #e9b562; --warning-soft: #362a16;
    --info: #b3bdc5; --info-soft: #262c31; --good: #74c9a1; --good-soft: #1a3128;
    --shadow: none;
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--bg); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
h1, h2, h3, h4, p, ul, ol, dl, dd, figure, table { margin: 0; }
ul, ol { padding: 0; list-style: none; }
h1 { font-size: 1.55rem; line-height: 1.25; font-weight: 650; letter-spacing: -.012em; }
h2 { font-size: 1.1rem; line-height: 1.35; font-weight: 650; letter-spacing: -.004em; }
h3 { font-size: 1rem; line-height: 1.4; font-weight: 600; }
a { color: var(--accent); text-underline-offset: 2px; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
small, .small { font-size: .86rem; }
.muted { color: var(--muted); }
.num { font-variant-numeric: tabular-nums; }
code, .code { font: .86em/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.visually-hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; left: -999px; top: 0; background: var(--surface); padding: .6rem 1rem; z-index: 9; }
.skip:focus { left: .5rem; top: .5rem; }

.top { background: var(--surface); border-bottom: 1px solid var(--line); }
.top-in { max-width: 1160px; margin: 0 auto; padding: 0 24px; display: flex; align-items: center; gap: 28px; }
.brand { display: flex; align-items: center; gap: 10px; font-weight: 680; letter-spacing: -.01em; color: var(--ink); text-decoration: none; padding: 13px 0; font-size: 1.02rem; }
.brand svg { display: block; color: var(--accent); }
.nav { display: flex; gap: 2px; overflow-x: auto; scrollbar-width: none; flex: 1; }
.nav a { color: var(--muted); text-decoration: none; padding: 15px 11px 13px; border-bottom: 2px solid transparent; white-space: nowrap; font-weight: 520; }
.nav a:hover { color: var(--ink); }
.nav a[aria-current] { color: var(--ink); border-bottom-color: var(--accent); }
.nav a:focus-visible { outline-offset: -3px; }
main { max-width: 1160px; margin: 0 auto; padding: 28px 24px 72px; }
.page-head { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: end; justify-content: space-between; margin-bottom: 20px; }
.page-head > div { max-width: 76ch; }
.page-head p { color: var(--muted); margin-top: 4px; }
.crumbs { font-size: .86rem; margin-bottom: 6px; color: var(--muted); }
footer { max-width: 1160px; margin: 0 auto; padding: 0 24px 36px; color: var(--muted); font-size: .86rem; display: flex; flex-wrap: wrap; gap: 4px 20px; }
section + section, div + section { margin-top: 32px; }
.stack > * + section { margin-top: 12px; }
.visually-hidden + * { margin-top: 0 !important; }
.section-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 12px; margin-bottom: 12px; }

@media (max-width: 720px) {
  body { font-size: 15px; }
  .top-in { flex-wrap: wrap; gap: 0 16px; padding: 0 16px; }
  .nav { flex-basis: 100%; margin: 0 -16px; padding: 0 8px; mask-image: linear-gradient(90deg, #000 92%, transparent); }
  .nav a { padding: 9px 9px 10px; }
  .brand { padding: 12px 0 4px; }
  main { padding: 20px 16px 56px; }
  footer { padding: 0 16px 28px; }
  h1 { font-size: 1.35rem; }
}
@media (prefers-reduced-motion: no-preference) {
  .nav a, .button, button { transition: color .12s, background-color .12s, border-color .12s; }
}
@media print { .top nav, .actions, .filters, footer { display: none; } body { background: #fff; } }
`;
