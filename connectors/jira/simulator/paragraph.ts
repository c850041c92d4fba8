/** An address that somebody pasted, which Jira's editor makes a smart link of. */
const address = /(https?:\/\/\S+)/u;

/**
 * What a field of several lines holds: since REST v3 a document, in webhooks a text in wiki notation
 * (https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/#atlassian-document-format, 2026-11).
 */
export function paragraphValue(text: string, version: 2 | 3): unknown {
  const lines = text.split("\n");
  if (version === 2) {
    return lines.map((line) => line.replaceAll(/https?:\/\/\S+/gu, smartLink)).join("\n");
  }
  return { type: "doc", version: 1, content: lines.map(paragraph) };
}

function smartLink(url: string): string {
  return `[${url}|${url}|smart-link]`;
}

function paragraph(line: string): object {
  const parts = line.split(address).filter((part) => part !== "");
  const content = parts.map((part) =>
    address.test(part)
      ? { type: "inlineCard", attrs: { url: part } }
      : { type: "text", text: part },
  );
  return { type: "paragraph", content };
}
