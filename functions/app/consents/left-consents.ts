import type { Grant } from "#shared/model/grant.ts";
import { listDocuments } from "#shared/store/documents.ts";
import { factKey, lists } from "#shared/store/keys.ts";
import { grantSpec } from "#shared/store/specs.ts";

import type { AppContext } from "../app-deps.ts";
import type { LeftConsent } from "./consent-page.ts";

/** Consents that were removed here and still stand at their vendors, as far as the hub knows. */
export async function readLeftConsents({
  table,
  registry,
}: Pick<AppContext, "table" | "registry">): Promise<readonly LeftConsent[]> {
  const left: LeftConsent[] = [];
  for (const grant of await listDocuments(table, grantSpec, lists.grants)) {
    const connector = registry.find(grant.connector);
    const provider = await connector?.oauth?.();
    if (grant.leftAtVendorAt === undefined || !connector || !provider) continue;
    left.push({
      grantId: grant.id,
      title: connector.title,
      sites: grant.sites.map(({ name }) => name),
      takenBackAt: provider.takenBackAt,
    });
  }
  return left;
}

/** An admin has seen to it: the note goes, unless the consent was given anew meanwhile. */
export async function forgetLeftConsent(
  { table }: Pick<AppContext, "table">,
  { id, leftAtVendorAt }: Pick<Grant, "id" | "leftAtVendorAt">,
): Promise<void> {
  if (leftAtVendorAt === undefined) return;
  const condition = [[["leftAtVendorAt", "=", leftAtVendorAt]]] as const;
  await table.write({ kind: "delete", key: factKey(id), condition });
}
