import { siteRoot } from "./settings.ts";

const issueKey = /^[A-Z][A-Z0-9_]+-\d+$/u;

/**
 * The key in an address of this site: `/browse/PAY-12`, or `?selectedIssue=PAY-12` of a board or list.
 * Keys change when issues move, so the site must be asked for whose it is.
 */
export function recognizeJiraUrl(
  url: URL,
  { settings }: { readonly settings: Readonly<Record<string, unknown>> },
): { readonly key: string } | undefined {
  const { baseUrl, siteUrl } = settings;
  if (typeof baseUrl !== "string") return undefined;
  const root = URL.parse(siteRoot({ baseUrl, ...(typeof siteUrl === "string" && { siteUrl }) }));
  if (!root || url.host !== root.host) return undefined;
  const path = url.pathname.slice(root.pathname.replace(/\/$/u, "").length);
  const browsed = /^\/browse\/([^/]+)\/?$/u.exec(path)?.[1];
  const listed = /^\/projects\/[^/]+\/issues\/([^/]+)\/?$/u.exec(path)?.[1];
  // A board that shows one issue stands for it, wherever the board is.
  const key = (url.searchParams.get("selectedIssue") ?? browsed ?? listed)?.toUpperCase();
  return key !== undefined && issueKey.test(key) ? { key } : undefined;
}
