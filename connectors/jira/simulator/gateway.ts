import { getPath } from "hono/utils/url";

const gatewayPath = /^\/ex\/jira\/([^/]+)(\/rest\/.*)$/u;

/** The path on the site that a request means: of `/ex/jira/{cloudId}/rest/…` the end, of others all. */
export function pathOnSite(request: Request): string {
  const path = getPath(request);
  return gatewayPath.exec(path)?.[2] ?? path;
}

/** The cloud id in the address of a call through `api.atlassian.com`; undefined for one at the site itself. */
export function gatewayCloudId(url: string): string | undefined {
  return gatewayPath.exec(new URL(url).pathname)?.[1];
}
