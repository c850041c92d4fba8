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
  ...endings(),
  "owner-left": "the owner has left",
  "account-deactivated": "the owner's account was deactivated",
  "team-dissolved": "the team was dissolved",
  "after-goal": "due after the goal that it serves",
  "after-blocked": "due after what waits for it",
  "parent-removed": "the goal above it was deleted",
  "parent-dropped": "the goal above it was dropped",
};

/** Why a finding, or the alert of one, is over. */
function endings(): Readonly<Record<string, string>> {
  return {
    gone: "the one waits for the other no more",
    finished: "one of the two is closed",
    unread: "one of the two was never read, so we cannot tell",
    linked: "it serves a goal now",
    allowed: "the rule allows it to serve no goal",
    unlinkable: "the tool cannot hold a link to a goal at this level",
    works: "the connection works again",
    covered: "all of it can be seen again",
    alive: "it shows a sign of life",
    "goes-on-under-another-id":
      "it goes on as another alert of the same rule, with all that was decided about it",
    "rule-removed": "the rule was deleted",
    "rule-switched-off": "the rule was switched off",
    "finding-gone": "what it was about is kept no more",
    "not-work": "it is no longer of a kind that counts as work",
    "has-a-parent": "it has a parent now, which is looked at in its place",
    "few-enough": "the team has few enough objectives now",
    "not-in-progress": "it is not in progress any more",
    "not-watched": "the rule does not look at this kind of thing",
    "owner-there-or-unknown": "its owner is there, or is not known to have left",
    "nothing-due": "it is closed, or has no due date",
    "in-time": "its dates agree now",
    "told-by-blocked-across-boundary": "the rule “Blocked by another team” tells of it",
    "has-link-rule": "a link rule names it",
    "age-unknown": "nobody knows how old it is",
    "too-early": "it has not counted for long enough",
    "too-new": "it is too new",
    "has-goals-below": "a goal below it serves it",
    "has-work": "work serves it now",
    "work-unread": "work that was never read names it, so we cannot tell",
    "too-many-links": "more links to it than we follow, so we cannot tell",
    "top-of-tree": "goals of its kind need none above",
    "serves-a-goal": "it serves another goal now",
    "goal-open": "the goal is open again",
    "no-open-work": "no work that serves it is open any more",
    "end-unread": "one of the two was never read, so we cannot tell",
    "team-unknown": "one of the two teams is not known any more",
    "level-ignored": "the rule leaves out teams that are so close",
    "not-started": "it has not been started",
  };
}

/** Our stable words in plain language; any other word as it is. */
export function inWords(word: string): string {
  return words[word] ?? word;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
