import type { AnnotationOf, AnnotationOperation } from "./annotation-operation.ts";
import type { IssueComment, RemoteLink } from "./entities.ts";
import { type Done, type JiraEvent, loadIssue, type Moment } from "./moment.ts";
import { Refusal } from "./refusal.ts";
import type { Issue, JiraState } from "./state.ts";

// https://developer.atlassian.com/cloud/jira/platform/jira-entity-properties/, 2026-11.
const propertyCharactersMax = 32_768;

/**
 * Remote links, entity properties and comments. The first two do not move the issue's `updated`;
 * properties tell those who ask for `issue_property_*`, remote links tell nobody. Comments move it and are
 * told of as an update of the issue, without anything in its history.
 */
export function applyAnnotationOperation(moment: Moment, operation: AnnotationOperation): Done {
  switch (operation.kind) {
    case "putRemoteLink":
      return putRemoteLink(moment, operation);
    case "deleteRemoteLink":
      return deleteRemoteLink(moment, operation);
    case "putComment":
      return putComment(moment, operation);
    case "deleteComment":
      return deleteComment(moment, operation);
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

function putComment(moment: Moment, operation: AnnotationOf<"putComment">): Done {
  const { state, at, actorId } = moment;
  const issue = loadIssue(state, operation.key);
  const comments = state.comments.get(issue.id) ?? [];
  const index = comments.findIndex(({ id }) => id === operation.id);
  const known = comments[index];
  if (operation.id !== undefined && !known) throw noComment();
  const { created = at, authorId = actorId } = known ?? {};
  const id = known?.id ?? state.nextId();
  const made: IssueComment = { id, body: operation.body, created, authorId, updated: at };
  state.comments.set(issue.id, known ? comments.with(index, made) : [...comments, made]);
  return { result: { id }, events: [touched(moment, issue)] };
}

function deleteComment(moment: Moment, operation: AnnotationOf<"deleteComment">): Done {
  const { state } = moment;
  const issue = loadIssue(state, operation.key);
  const comments = state.comments.get(issue.id) ?? [];
  const left = comments.filter(({ id }) => id !== operation.id);
  if (left.length === comments.length) throw noComment();
  state.comments.set(issue.id, left);
  return { result: {}, events: [touched(moment, issue)] };
}

function touched({ state, at, actorId }: Moment, issue: Issue): JiraEvent {
  state.store.change(issue, { updated: at }, at);
  const history = { id: state.nextId(), created: at, authorId: actorId, items: [] };
  return { name: "jira:issue_updated", issue, history };
}

function noComment(): Refusal {
  return new Refusal(404, "Can not find a comment for the id.");
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
