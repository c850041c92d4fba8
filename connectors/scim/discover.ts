import type { Probe, SourceContext } from "#shared/kit/connector.ts";
import type { Discovery } from "#shared/kit/discovery.ts";

import { eachPage } from "./each-page.ts";
import type { ScimSettings } from "./settings.ts";
import { KeptGroup } from "./wire.ts";

/** Groups that an admin can still look through. */
const choicesMax = 200;

/** There is nobody to ask: what can be told is whether something was sent yet. */
export async function probeDirectory({
  kept,
  connectionId,
  settings,
}: SourceContext<ScimSettings>): Promise<Probe> {
  const hasSent = async (collection: string) =>
    (await kept.page(collection, undefined)).records.length > 0;
  const requirements = [
    {
      name: "users",
      isHeld: await hasSent("users"),
      neededFor:
        "people, units and managers: assign users in the identity provider, and it sends them",
      isRequired: false,
    },
  ];
  if (settings.groupsAreTeams) {
    requirements.push({
      name: "groups",
      isHeld: await hasSent("groups"),
      neededFor: "delivery teams: push groups in the identity provider, and it sends them",
      isRequired: false,
    });
  }
  return { identity: `Directory ${connectionId}`, gaps: [], requirements };
}

/** The groups that were sent so far, for choosing those that are teams. */
export async function discoverGroups(context: SourceContext<ScimSettings>): Promise<Discovery> {
  const names = new Set<string>();
  if (context.settings.groupsAreTeams) {
    for await (const records of eachPage(context.kept, "groups")) {
      for (const record of records) {
        const group = KeptGroup.safeParse(record.body);
        const name = group.data?.resource.displayName.trim().slice(0, 120);
        if (name) names.add(name);
      }
    }
  }
  const sorted = [...names].toSorted();
  const choice = {
    field: "teamGroups",
    title: "Groups that are delivery teams",
    emptyMeans: "All groups, those that come later included",
    options: sorted.slice(0, choicesMax).map((name) => ({ value: name, label: name })),
    isCut: sorted.length > choicesMax,
  };
  return { choices: sorted.length > 0 ? [choice] : [], suggestions: [] };
}
