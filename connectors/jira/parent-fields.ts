/** All the names under which a changelog has told of a new parent over the years. */
export const parentFields: ReadonlySet<string> = new Set([
  "IssueParentAssociation",
  "Epic Link",
  "Parent Link",
  "Parent",
  "Parent Issue",
]);
