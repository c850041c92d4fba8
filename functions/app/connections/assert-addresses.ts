import { HubError } from "#shared/errors.ts";
import type { Connector } from "#shared/kit/connector.ts";
import { secretFields, webhookSecretField } from "#shared/kit/connector.ts";

import { settingsFields } from "./settings-form.ts";

type Settings = Readonly<Record<string, unknown>>;

/**
 * Stored secrets go only to the address that they were typed in for: else whoever may edit a connection
 * could have them sent to a server of theirs. Throws `input.invalid` at each secret to be typed again.
 */
export function assertSecretsStay(
  connector: Connector,
  {
    before,
    after,
    typed,
  }: { readonly before: Settings; readonly after: Settings; typed: Settings },
): void {
  if (movedAddresses(connector, [before], after).length === 0) return;
  const carried = secretFields(connector).filter(
    (name) => name !== webhookSecretField && after[name] !== undefined && !(name in typed),
  );
  if (carried.length === 0) return;
  const message = "Type it again: with a new address it would go to another server";
  throw new HubError("input.invalid", "The address is another one: type the secrets again", {
    issues: carried.map((name) => ({ path: `settings.${name}`, message })),
  });
}

/** The tokens of a consent go only to the addresses that the consent named. */
export function assertConsentedAddresses(
  connector: Connector,
  consented: readonly Settings[],
  after: Settings,
): void {
  const moved = movedAddresses(connector, consented, after);
  if (moved.length === 0) return;
  const message = "The consent says what this address is: leave it, or type in credentials instead";
  throw new HubError("input.invalid", message, {
    issues: moved.map((name) => ({ path: `settings.${name}`, message })),
  });
}

/** Names of the addresses whose server is none of those known; a field's own default is known. */
function movedAddresses(
  connector: Connector,
  known: readonly Settings[],
  after: Settings,
): readonly string[] {
  return settingsFields(connector).flatMap(({ name, input, isSecret, isOnlyShown, fallback }) => {
    const isAddress = input.kind === "text" && input.type === "url" && !isSecret && !isOnlyShown;
    const server = originOf(after[name]);
    if (!isAddress || server === undefined) return [];
    const servers = [fallback, ...known.map((settings) => settings[name])].map(originOf);
    return servers.includes(server) ? [] : [name];
  });
}

function originOf(url: unknown): string | undefined {
  return typeof url === "string" ? URL.parse(url)?.origin : undefined;
}
