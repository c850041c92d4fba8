/** Durations and words as people say them. */

const steps: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
];

/** `3 d`, `5 h`, `12 min`, `8 s`: the largest unit that fits, rounded down. */
export function duration(seconds: number): string {
  for (const [size, unit] of steps) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.max(0, Math.floor(seconds))} s`;
}

/** `2026-11-21 05:22 UTC` */
export function moment(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 16)} UTC`;
}

export function number(value: number): string {
  return value.toLocaleString("en");
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${number(count)} ${count === 1 ? one : many}`;
}

const words: Readonly<Record<string, string>> = {
  todo: "To do",
  "in-progress": "In progress",
  done: "Done",
  dropped: "Dropped",
  "key-result": "Key result",
  "no-link": "no link to a goal anywhere above it",
  "goal-reached": "a goal is reached",
  "record-unreadable": "something stored about it cannot be read, so we cannot tell",
  "parent-unread": "its parent was never read, so we cannot tell",
  "goal-unread": "it links to a goal that was never read, so we cannot tell",
  "too-deep": "it stands deeper in its hierarchy than we follow, so we cannot tell",
  "goal-removed": "the goal it was linked to was deleted",
  "goal-dropped": "the goal it is linked to was dropped",
  "link-expired": "its link to a goal has expired",
  cycle: "its parents form a cycle that reaches no goal",
  "no-circle": "it is in no circle any more",
  "joined-another-circle": "its circle is part of another one now, which has an alert of its own",
  "too-many-above": "more is above it than we follow, so we cannot tell",
  "waits-for-too-much": "it waits for more than we follow, so we cannot tell",
  "no-goals-connected": "no connected tool holds goals yet",
  "source-not-read-yet": "a source is still being read for the first time",
  "source-stale": "a source has not answered for too long",
  "tool-cannot-hold-link": "the tool cannot hold a link to a goal at this level",
  "nobody-assigned": "nobody is assigned",
  "account-unmatched": "the assignee's account is matched to no person",
  "person-in-no-unit": "the assignee is in no org unit",
  "team-name-unknown": "no org unit has the team's name",
  "past-unknown": "what is remembered of then does not tell",
  "same-team": "same team",
};

/** Our stable words in plain language; any other word as it is. */
export function inWords(word: string): string {
  return words[word] ?? word;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
