import { html } from "hono/html";

type Html = ReturnType<typeof html>;

/** The frame of the pages for people: says plainly that this is a simulation. */
export function layout(siteName: string, title: string, body: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · ${siteName} (simulated Jira)</title>
        <style>
          ${styles}
        </style>
      </head>
      <body>
        <header>
          <a href="/"><b>${siteName}</b> · simulated Jira</a>
          <span>Nothing here leaves this computer.</span>
        </header>
        <main>${body}</main>
      </body>
    </html>`;
}

/** A status as a coloured label. */
export function statusLabel(status: { readonly name: string; readonly category: string }): Html {
  return html`<span class="status ${status.category}">${status.name}</span>`;
}

const styles = `
  :root { color-scheme: light; --line: #dcdfe4; --ink: #172b4d; --dim: #5e6c84; --accent: #0c66e4; }
  * { box-sizing: border-box; }
  body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: #fff; }
  header { display: flex; flex-wrap: wrap; gap: .25rem 1rem; justify-content: space-between;
    padding: .7rem 1.2rem; border-bottom: 1px solid var(--line); background: #f7f8f9; color: var(--dim); }
  main { max-width: 62rem; margin: 0 auto; padding: 1.2rem; }
  a { color: var(--accent); text-decoration: none; }
  a:hover { text-decoration: underline; }
  header a { color: inherit; }
  h1 { font-size: 1.5rem; line-height: 1.25; margin: .3rem 0 1rem; }
  h2 { font-size: 1rem; margin: 1.6rem 0 .5rem; }
  table { width: 100%; border-collapse: collapse; }
  th, td { text-align: left; padding: .45rem .6rem .45rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
  th { color: var(--dim); font-weight: 500; font-size: .85rem; }
  td.key, .key { white-space: nowrap; }
  dl { display: grid; grid-template-columns: 8rem 1fr; gap: .35rem 1rem; margin: 0; }
  dt { color: var(--dim); }
  dd { margin: 0; overflow-wrap: anywhere; }
  form { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin: .4rem 0; }
  input, select, button { font: inherit; padding: .35rem .6rem; border: 1px solid #8590a2; border-radius: 4px; background: #fff; color: inherit; max-width: 100%; }
  input[type=url], input[type=search], form select.wide { flex: 1 1 18rem; min-width: 0; }
  button { background: var(--accent); border-color: var(--accent); color: #fff; cursor: pointer; }
  button.plain { background: #fff; color: var(--ink); border-color: #8590a2; }
  fieldset { flex: 1 1 100%; border: 1px solid var(--line); border-radius: 4px; }
  fieldset p { margin: .2rem 0; }
  .status { padding: .1rem .5rem; border-radius: 3px; font-size: .85rem; font-weight: 600; background: #dcdfe4; }
  .status.indeterminate { background: #cce0ff; color: #0055cc; }
  .status.done { background: #baf3db; color: #216e4e; }
  .dim { color: var(--dim); }
  .problem { padding: .6rem .9rem; background: #ffeceb; border: 1px solid #f87168; border-radius: 4px; }
  ul { margin: 0; padding: 0; list-style: none; }
  li { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; padding: .25rem 0; }
  li form { margin: 0 0 0 auto; }
  @media (max-width: 40rem) { dl { grid-template-columns: 1fr; } dt { margin-top: .4rem; } .wide-only { display: none; } }
`;
