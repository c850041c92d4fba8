import type { AnnotationOf, AnnotationOperation } from "./annotation-operation.ts";
import type { RemoteLink } from "./entities.ts";
import { type Done, loadIssue, type Moment } from "./moment.ts";
import { Refusal } from "./refusal.ts";
import type { JiraState } from "./state.ts";

// https://developer.atlassian.com/cloud/jira/platform/jira-entity-properties/, 2026-11.
const propertyCharactersMax = 32_768;

/**
 * Remote links and entity properties. Neither moves the issue's `updated`; properties tell those who
 * ask for `issue_property_*`, remote links tell nobody.
 */
export function applyAnnotationOperation(moment: Moment, operation: AnnotationOperation): Done {
  switch (operation.kind) {
    case "putRemoteLink":
      return putRemoteLink(moment, operation);
    case "deleteRemoteLink":
      return deleteRemoteLink(moment, operation);
    case "setEntityProperty":
      return setProperty(moment, operation);
    case "deleteEntityProperty":
      return deleteProperty(moment, operation);
  }
}

function putRemoteLink({ state }: Moment, operation: AnnotationOf<"putRemoteLink">): Done {
  const issue = loadIssue(state, operation.key);
  const { globalId, url, title, relationship, application, object } = operation;
  const links = state.remoteLinks.get(issue.id) ?? [];
  const index = indexOfLink(links, operation);
  if (operation.id !== undefined && index < 0) throw noLink();
  const made: RemoteLink = {
    id: links[index]?.id ?? Number(state.nextId()),
    globalId,
    relationship,
    application,
    object: { ...object, url, title },
  };
  state.remoteLinks.set(issue.id, index < 0 ? [...links, made] : links.with(index, made));
  return { result: { id: made.id, isNew: index < 0 }, events: [] };
}

function deleteRemoteLink({ state }: Moment, operation: AnnotationOf<"deleteRemoteLink">): Done {
  const issue = loadIssue(state, operation.key);
  const links = state.remoteLinks.get(issue.id) ?? [];
  const index = indexOfLink(links, operation);
  const found = links[index];
  if (!found) throw noLink();
  setOrDelete(state.remoteLinks, issue.id, links.toSpliced(index, 1));
  return { result: { id: found.id }, events: [] };
}

/** By id where one is given, else by global id; -1 for none. */
function indexOfLink(
  links: readonly RemoteLink[],
  { id, globalId }: { readonly id?: number | undefined; readonly globalId?: string | undefined },
): number {
  if (id !== undefined) return links.findIndex((each) => each.id === id);
  return globalId === undefined ? -1 : links.findIndex((each) => each.globalId === globalId);
}

function noLink(): Refusal {
  return new Refusal(404, "The remote issue link does not exist.");
}

function setOrDelete(links: JiraState["remoteLinks"], issueId: string, left: RemoteLink[]): void {
  if (left.length > 0) links.set(issueId, left);
  else links.delete(issueId);
}

function setProperty({ state }: Moment, operation: AnnotationOf<"setEntityProperty">): Done {
  const issue = loadIssue(state, operation.key);
  const { property: key, value } = operation;
  if (JSON.stringify(value).length > propertyCharactersMax) {
    throw new Refusal(400, `The value may have at most ${propertyCharactersMax} characters.`);
  }
  const properties = state.properties.get(issue.id) ?? new Map<string, unknown>();
  const isNew = !properties.has(key);
  state.properties.set(issue.id, properties.set(key, value));
  const property = { key, value };
  return { result: { isNew }, events: [{ name: "issue_property_set", issue, property }] };
}

function deleteProperty({ state }: Moment, operation: AnnotationOf<"deleteEntityProperty">): Done {
  const issue = loadIssue(state, operation.key);
  const { property: key } = operation;
  const properties = state.properties.get(issue.id);
  if (properties?.delete(key) !== true) throw new Refusal(404, "The property does not exist.");
  if (properties.size === 0) state.properties.delete(issue.id);
  return { result: {}, events: [{ name: "issue_property_deleted", issue, property: { key } }] };
}
