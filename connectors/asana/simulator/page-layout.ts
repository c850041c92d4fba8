import { html } from "hono/html";

type Html = ReturnType<typeof html>;

const style = `
:root { color-scheme: light dark; --ink: #1e1f21; --soft: #6d6e6f; --line: #e3dfdd; --card: #fff; --ground: #f9f8f8; --accent: #b84a57; }
@media (prefers-color-scheme: dark) { :root { --ink: #f1eeec; --soft: #a5a29f; --line: #45434a; --card: #2a2b2d; --ground: #1e1f21; --accent: #f4929e; } }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--ground); }
header { background: var(--card); border-bottom: 1px solid var(--line); padding: 12px 20px; display: flex; gap: 16px; align-items: center; flex-wrap: wrap; }
header a { font-weight: 600; text-decoration: none; } header small { color: var(--soft); }
main { max-width: 860px; margin: 0 auto; padding: 20px; }
h1 { font-size: 22px; margin: 4px 0 12px; } h2 { font-size: 15px; margin: 24px 0 8px; }
a { color: var(--accent); } .soft { color: var(--soft); }
ul { list-style: none; margin: 0; padding: 0; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
li { padding: 8px 12px; border-top: 1px solid var(--line); display: flex; gap: 8px; align-items: center; flex-wrap: wrap; }
li:first-child { border-top: 0; } li .grow { flex: 1; min-width: 12ch; }
.done { text-decoration: line-through; color: var(--soft); }
.tag { font-size: 12px; border: 1px solid var(--line); border-radius: 99px; padding: 1px 8px; color: var(--soft); }
form { display: flex; gap: 8px; flex-wrap: wrap; margin: 8px 0; } li form { margin: 0; }
input, select, button { font: inherit; padding: 5px 10px; border-radius: 6px; border: 1px solid var(--line); background: var(--card); color: inherit; }
input { flex: 1; min-width: 14ch; } button { cursor: pointer; } button:hover { border-color: var(--accent); }
.error { border: 1px solid var(--accent); border-radius: 8px; padding: 8px 12px; }
`;

/** The frame of every page of the simulator. */
export function page(title: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} · simulated Asana</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <header>
          <a href="/">Simulated Asana</a>
          <small
            >Stands in for app.asana.com. Changes of work go out as signed webhooks; goals are found
            by asking.</small
          >
        </header>
        <main>${content}</main>
      </body>
    </html>`;
}

/** A form that performs one operation and comes back. `fixed` are its given fields. */
export function operationForm(
  kind: string,
  fixed: Readonly<Record<string, string>>,
  controls: Html,
): Html {
  return html`<form method="post" action="/0/operations">
    <input type="hidden" name="kind" value="${kind}" />
    ${Object.entries(fixed).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
    )}
    ${controls}
  </form>`;
}

/** A form of one button. */
export function operationButton(
  label: string,
  kind: string,
  fixed: Readonly<Record<string, string>>,
): Html {
  return operationForm(kind, fixed, html`<button>${label}</button>`);
}
