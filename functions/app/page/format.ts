/** Durations and words as people say them. */

import { endings } from "#shared/kit/endings.ts";

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

/** A dash where the number is not told. */
export function numberOrNone(value: number | undefined): string {
  return value === undefined ? "–" : number(value);
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
  "too-deep": "it stands deeper in its hierarchy than we follow, so we cannot tell",
  "goal-removed": "the goal it was linked to was deleted",
  "link-expired": "its link to a goal has expired",
  "no-goals-connected": "no connected tool holds goals yet",
  "source-not-read-yet": "a source is still being read for the first time",
  "source-stale": "a source has not answered for too long",
  "nobody-assigned": "nobody is assigned",
  "account-unmatched": "the assignee's account is matched to no person",
  "person-in-no-unit": "the assignee is in no org unit",
  "team-name-unknown": "no org unit has the team's name",
  "past-unknown": "what is remembered of then does not tell",
  ...endings,
  "owner-left": "the owner has left",
  "account-deactivated": "the owner's account was deactivated",
  "team-dissolved": "the team was dissolved",
  "after-goal": "due after the goal that it serves",
  "after-blocked": "due after what waits for it",
  "parent-removed": "the goal above it was deleted",
  "parent-dropped": "the goal above it was dropped",
};

/** Our stable words in plain language; any other word as it is. */
export function inWords(word: string): string {
  return Object.hasOwn(words, word) ? (words[word] ?? word) : word;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
