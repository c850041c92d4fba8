import type { ContentLine, MailContent } from "./mail-content.ts";

/** The mail for readers without HTML. Pure. */
export function renderText(content: MailContent): string {
  const { eyebrow, title, standing, sentence, advice, smallPrint, url, unsubscribeUrl } = content;
  return [
    eyebrow,
    [title, standing].filter(isSaid).join("\n"),
    sentence,
    pathText(content),
    ...content.sections.map(({ title, lines, more }) =>
      [title, ...lines.map((line) => lineText("- ", line)), moreText(more)]
        .filter(isSaid)
        .join("\n"),
    ),
    ...advice.map(({ label, text }) => `${label}:\n${text}`),
    url === undefined ? "" : `${content.linkText}:\n${url}`,
    ["-- ", ...smallPrint, unsubscribeUrl && `Change what you get: ${unsubscribeUrl}`]
      .filter(isSaid)
      .join("\n"),
  ]
    .filter(isSaid)
    .join("\n\n");
}

function isSaid(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

function pathText({ path, pathMore }: MailContent): string {
  const lines = path.map((line, at) => lineText(at === 0 ? "" : "-> ", line));
  return [...lines, moreText(pathMore)].filter(isSaid).join("\n");
}

function lineText(mark: string, { text, url }: ContentLine): string {
  return url === undefined ? `${mark}${text}` : `${mark}${text}\n  ${url}`;
}

function moreText(more: number): string {
  return more > 0 ? `… and ${more} more` : "";
}
