/** Parts of paths that name a collection or an action; what else follows `/rest/api/3/` is an id or a key. */
const words = new Set(
  [
    "issue issueLink issueLinkType issuetype bulkfetch transitions changelog remotelink properties",
    "search jql match approximate-count project status statuses statuscategory field myself user users",
    "mypermissions serverInfo webhook refresh permissions check parse",
  ].flatMap((line) => line.split(" ")),
);

/** What limits and counts go by: `GET /rest/api/3/issue/*`, whichever issue it is. */
export function endpointOf(method: string, path: string): string {
  const found = /^(\/rest\/[^/]+\/[^/]+)(\/.*)$/u.exec(path);
  const [, root = "", rest = ""] = found ?? [];
  if (!found) return `${method} ${path}`;
  const parts = rest.split("/").map((part) => (part === "" || words.has(part) ? part : "*"));
  return `${method} ${root}${parts.join("/")}`;
}
