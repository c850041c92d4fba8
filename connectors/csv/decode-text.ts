import { gunzipSync } from "node:zlib";

import { HubError } from "#shared/errors.ts";

/** Far above 200,000 people; what is larger is another file. */
const textBytesMax = 10_000_000;

interface Decoded {
  readonly text: string;
  readonly encoding: string;
}

/** What an admin may declare; everything else tells itself by its first bytes. */
const declarable = ["windows-1252", "utf-8", "utf-16le", "utf-16be"] as const;

/**
 * The text of an uploaded file, perhaps packed with gzip. UTF-8, or UTF-16 with its byte order mark;
 * Windows-1252 only where it is declared, because any bytes are valid in it. Throws `input.invalid`.
 */
export function decodeText(packed: Uint8Array, declared?: string): Decoded {
  const bytes = unpacked(packed);
  if (bytes.byteLength > textBytesMax) {
    throw new HubError(
      "input.too-large",
      `The file is larger than ${textBytesMax / 1_000_000} MB: leave out columns that are not needed, or split it`,
    );
  }
  refuseOtherFiles(bytes);
  const encoding = marked(bytes) ?? declared?.toLowerCase() ?? "utf-8";
  if (!declarable.some((each) => each === encoding)) {
    throw invalid(`The encoding ${encoding.slice(0, 40)} is not known: save the file as UTF-8`);
  }
  const text = decode(bytes, encoding);
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    const line = text.slice(0, nul).split("\n").length;
    throw invalid(
      `Line ${line} holds a NUL character: this is no text, or UTF-16 without a byte order mark. Save it as “CSV UTF-8”`,
    );
  }
  return { text, encoding };
}

function decode(bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    if (encoding !== "utf-8") {
      throw invalid(`The file is no valid ${encoding}: save it as “CSV UTF-8”`, cause);
    }
    throw invalid(
      `Line ${lineOfBadByte(bytes)} is no valid UTF-8: save the file as “CSV UTF-8”, or say that it is Windows-1252 (older versions of Excel)`,
      cause,
    );
  }
}

/** A byte order mark says it all. */
function marked([first, second]: Uint8Array): string | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  if (first === 0xfe && second === 0xff) return "utf-16be";
  return undefined;
}

function unpacked(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: textBytesMax + 1 });
  } catch (cause) {
    if (cause instanceof RangeError) {
      const message = `The unpacked file is larger than ${textBytesMax / 1_000_000} MB: split it`;
      throw new HubError("input.too-large", message, { cause });
    }
    throw invalid("The file begins like a gzip file and cannot be unpacked: pack it again", cause);
  }
}

function refuseOtherFiles(bytes: Uint8Array): void {
  const begins = (...signature: readonly number[]) =>
    signature.every((byte, at) => bytes[at] === byte);
  if (begins(0x50, 0x4b, 0x03, 0x04) || begins(0xd0, 0xcf, 0x11, 0xe0)) {
    throw invalid("This is an Excel file: in Excel choose “Save as”, “CSV UTF-8”, and upload that");
  }
  if (begins(0x25, 0x50, 0x44, 0x46)) throw invalid("This is a PDF: export the table as CSV");
}

/** Where a strict decoder stops: a doubling search would be faster, but this happens once per mistake. */
function lineOfBadByte(bytes: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.byteLength;) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.byteLength : newline + 1;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    line += 1;
    start = end;
  }
  return line;
}

function invalid(message: string, cause?: unknown): HubError {
  return new HubError("input.invalid", message, {
    cause,
    issues: [{ path: "file", message }],
  });
}
