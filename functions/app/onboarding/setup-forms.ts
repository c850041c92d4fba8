import type { Connector } from "#shared/kit/connector.ts";
import type { Connection } from "#shared/model/connection.ts";

import { readSettings } from "../connections/settings-form.ts";
import type { ChoiceState } from "./choose-page.ts";
import { shownOptions } from "./choose-page.ts";
import type { DiscoveryAnswer } from "./discover.ts";
import { mappingFields } from "./mapping-page.ts";

type Lists = Readonly<Record<string, readonly string[]>>;

export function storedChoices(
  choices: DiscoveryAnswer["choices"],
  settings: Connection["settings"],
): readonly ChoiceState[] {
  return choices.map((choice) => {
    const stored = settings[choice.field];
    const chosen = Array.isArray(stored) ? stored.map(String) : [];
    return { choice, chosen: new Set(chosen), search: "" };
  });
}

/** What a form of choices says; only one of its buttons saves, the others go on choosing. */
export function readChoices(
  choices: DiscoveryAnswer["choices"],
  form: Lists,
): { readonly states: readonly ChoiceState[]; readonly isSaved: boolean } {
  const [act = "save"] = form["act"] ?? [];
  const states = choices.map((choice): ChoiceState => {
    const [search = ""] = form[`search.${choice.field}`] ?? [];
    const state = { choice, chosen: new Set(form[`choice.${choice.field}`] ?? []), search };
    // Of what is shown: with a search, the rest keeps what it has.
    const listed = shownOptions(state).map(({ value }) => value);
    if (act === `all:${choice.field}`) {
      return { ...state, chosen: new Set([...state.chosen, ...listed]) };
    }
    if (act !== `none:${choice.field}`) return state;
    const left = [...state.chosen].filter((value) => !listed.includes(value));
    return { ...state, chosen: new Set(left) };
  });
  return { states, isSaved: act === "save" };
}

/** Every setting of the step: what was ticked and typed; what was emptied is null, and taken away. */
export function readMapping(
  connector: Connector,
  found: DiscoveryAnswer,
  form: Lists,
): Record<string, unknown> {
  const typed = readSettings(
    connector,
    Object.fromEntries(Object.entries(form).map(([name, values]) => [name, values.join("\n")])),
  );
  const fields = mappingFields(connector, found).map(({ name, input }) => {
    const picked = form[`pick.${name}`] ?? [];
    const value = typed[name];
    if (input.kind !== "lines") return [name, value ?? null];
    const lines = Array.isArray(value) ? value.map(String) : [];
    // An emptied list is none, not the one that the connector would begin with.
    return [name, [...new Set([...picked, ...lines])]];
  });
  return Object.fromEntries(fields);
}
