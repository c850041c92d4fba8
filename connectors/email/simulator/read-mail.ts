/** A mail as its reader sees it. */
export interface ReadMail {
  /** Names in lower case; of several with one name, the last. */
  readonly headers: Readonly<Record<string, string>>;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Takes a mail of text and HTML apart; as much of MIME (RFC 2045 to 2047) as the hub's mails use. */
export function readMail(raw: string): ReadMail {
  const { headers, body } = splitPart(raw);
  const boundary = /boundary="?([^";]+)"?/u.exec(headers["content-type"] ?? "")?.[1];
  const parts =
    boundary === undefined
      ? []
      : body
          .split(`--${boundary}`)
          .slice(1, -1)
          .map((part) => splitPart(part.replace(/^\r?\n/u, "")));
  const partOf = (type: string) =>
    parts.find(({ headers }) => headers["content-type"]?.startsWith(type) === true);
  return {
    headers,
    subject: decodeWords(headers["subject"] ?? ""),
    text: decodeBody(partOf("text/plain")),
    html: decodeBody(partOf("text/html")),
  };
}

interface Part {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function splitPart(raw: string): Part {
  const end = raw.search(/\r?\n\r?\n/u);
  const head = end < 0 ? raw : raw.slice(0, end);
  const lines = head.replace(/\r?\n[ \t]+/gu, " ").split(/\r?\n/u);
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(":");
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { headers, body: end < 0 ? "" : raw.slice(end).replace(/^\r?\n\r?\n/u, "") };
}

function decodeBody(part: Part | undefined): string {
  if (!part) return "";
  switch (part.headers["content-transfer-encoding"]?.toLowerCase()) {
    case "base64":
      return Buffer.from(part.body, "base64").toString("utf8");
    case "quoted-printable":
      return decodeQuoted(part.body.replace(/=\r?\n/gu, ""));
    default:
      return part.body;
  }
}

function decodeQuoted(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/giu, (_all, hex: string) =>
    String.fromCodePoint(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

/** Words of a header that are not ASCII (RFC 2047). */
function decodeWords(value: string): string {
  return value
    .replace(/\?=\s+=\?/gu, "?==?")
    .replace(/=\?UTF-8\?([BQ])\?([^?]*)\?=/giu, (_all, encoding: string, word: string) =>
      encoding.toUpperCase() === "B"
        ? Buffer.from(word, "base64").toString("utf8")
        : decodeQuoted(word.replace(/_/gu, " ")),
    );
}
