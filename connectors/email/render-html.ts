import { html, raw } from "hono/html";

import { HubError } from "#shared/errors.ts";

import type { ContentLine, ContentSection, MailContent } from "./mail-content.ts";

/*
 * Mail readers differ: tables carry the layout and inline styles the looks, since some drop a style sheet.
 * The sheet below only turns the colours for those who read in the dark and whose reader asks it.
 */

type Html = ReturnType<typeof html>;

/** A word without end is broken where the line ends. */
const font =
  "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;overflow-wrap:anywhere;word-break:break-word";

const looks = {
  ground: "background:#f4f5f7;margin:0;padding:0",
  card: "background:#ffffff;border:1px solid #dfe1e6;border-radius:8px",
  brand: `${font};font-size:13px;font-weight:600;letter-spacing:0.02em;color:#44546f`,
  eyebrow: `${font};font-size:13px;line-height:18px;font-weight:600;margin:0 0 6px`,
  title: `${font};font-size:20px;line-height:27px;font-weight:700;color:#172b4d;margin:0 0 8px`,
  text: `${font};font-size:15px;line-height:23px;color:#172b4d;margin:0 0 16px`,
  label: `${font};font-size:13px;line-height:20px;font-weight:700;color:#172b4d;margin:16px 0 2px`,
  line: `${font};font-size:14px;line-height:21px;color:#172b4d;padding:2px 0`,
  soft: `${font};font-size:12px;line-height:18px;color:#5e6c84;margin:0 0 4px`,
  link: "color:#0052cc;text-decoration:underline",
  button: `${font};display:inline-block;background:#0052cc;color:#ffffff;font-size:14px;font-weight:600;line-height:20px;padding:10px 18px;border-radius:5px;text-decoration:none`,
} as const;

/** Dark enough on white for small print: at least 4.5 to 1. */
const severityColors = {
  critical: "#ae2a19",
  warning: "#974f0c",
  info: "#44546f",
  over: "#216e4e",
} as const;

const darkSheet = raw(`
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (prefers-color-scheme: dark) {
  .ground { background: #161a1d !important; }
  .card { background: #22272b !important; border-color: #3b444c !important; }
  .ink { color: #dee4ea !important; }
  .soft { color: #9fadbc !important; }
  .link { color: #85b8ff !important; }
  .critical { color: #ff9c8f !important; }
  .warning { color: #fec57b !important; }
  .info { color: #9fadbc !important; }
  .over { color: #7ee2b8 !important; }
}
@media (max-width: 480px) { .pad { padding: 20px 16px !important; } }
`);

/** The mail as HTML; every text of it is escaped by the template. Pure. */
export function renderHtml(content: MailContent): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>${content.subject}</title>
        <style>
          ${darkSheet}
        </style>
      </head>
      <body class="ground" style="${looks.ground}">
        <div style="display:none;max-height:0;overflow:hidden">${content.sentence}</div>
        <table
          role="presentation"
          class="ground"
          width="100%"
          cellpadding="0"
          cellspacing="0"
          border="0"
          style="${looks.ground}"
        >
          <tr>
            <td align="center" style="padding:24px 12px">
              <table
                role="presentation"
                width="100%"
                cellpadding="0"
                cellspacing="0"
                border="0"
                style="max-width:600px;table-layout:fixed;text-align:left"
              >
                <tr>
                  <td class="soft" style="${looks.brand};padding:0 4px 10px">Throughline</td>
                </tr>
                <tr>
                  <td class="card pad" style="${looks.card};padding:28px 28px 24px">
                    ${mainPart(content)}
                  </td>
                </tr>
                <tr>
                  <td style="padding:14px 4px 0">${footer(content)}</td>
                </tr>
              </table>
            </td>
          </tr>
        </table>
      </body>
    </html>`;
  // It is a promise only where a part of it is one.
  if (page instanceof Promise) throw new HubError("invariant.broken", "A part of a mail is late");
  return page.toString();
}

function mainPart(content: MailContent): Html {
  const { severity, eyebrow, title, standing, sentence, advice, url, linkText } = content;
  return html`<p class="${severity}" style="${looks.eyebrow};color:${severityColors[severity]}">
      ${eyebrow}
    </p>
    <h1 class="ink" style="${looks.title}">${title}</h1>
    ${standing === "" ? "" : html`<p class="ink" style="${looks.text}"><strong>${standing}</strong></p>`}
    ${sentence === "" ? "" : html`<p class="ink" style="${looks.text}">${sentence}</p>`}
    ${pathPart(content)} ${content.sections.map(sectionPart)}
    ${advice.map(
      ({ label, text }) =>
        html`<h2 class="ink" style="${looks.label}">${label}</h2>
          <p class="ink" style="${looks.text};margin:0 0 8px">${text}</p>`,
    )}
    ${
      url === undefined
        ? ""
        : html`<p style="margin:20px 0 0">
            <a href="${url}" style="${looks.button}">${linkText}</a>
          </p>`
    }`;
}

function pathPart({ path, pathMore }: MailContent): Html | string {
  if (path.length === 0) return "";
  return listTable([
    ...path.map((line, at) => html`${at === 0 ? "" : "↳ "}${lineHtml(line)}`),
    ...moreLine(pathMore),
  ]);
}

function sectionPart({ title, lines, more }: ContentSection): Html {
  return html`${title === "" ? "" : html`<h2 class="ink" style="${looks.label}">${title}</h2>`}
  ${listTable([...lines.map((line) => html`• ${lineHtml(line)}`), ...moreLine(more)])}`;
}

function listTable(lines: readonly Html[]): Html | string {
  if (lines.length === 0) return "";
  return html`<table role="presentation" cellpadding="0" cellspacing="0" border="0" width="100%">
    ${lines.map(
      (line) =>
        html`<tr>
          <td class="ink" style="${looks.line}">${line}</td>
        </tr>`,
    )}
  </table>`;
}

function lineHtml({ text, url }: ContentLine): Html | string {
  if (url === undefined) return text;
  return html`<a class="link" href="${url}" style="${looks.link}">${text}</a>`;
}

function moreLine(more: number): readonly Html[] {
  return more > 0 ? [html`<span class="soft">… and ${more} more</span>`] : [];
}

function footer({ smallPrint, unsubscribeUrl }: MailContent): Html {
  return html`${smallPrint.map((line) => html`<p class="soft" style="${looks.soft}">${line}</p>`)}
  ${
    unsubscribeUrl === undefined
      ? ""
      : html`<p class="soft" style="${looks.soft}">
          <a class="link" href="${unsubscribeUrl}" style="${looks.link}">Change what you get</a>
        </p>`
  }`;
}
