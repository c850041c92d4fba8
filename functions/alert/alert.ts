import { HubError } from "#shared/errors.ts";
import { reconcile } from "#shared/kit/alert-lifecycle.ts";
import type { Rule } from "#shared/kit/rule.ts";
import type { SignalId } from "#shared/model/ids.ts";
import { alertId } from "#shared/model/ids.ts";
import type { Alert } from "#shared/model/signal.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Logger } from "#shared/ports/logger.ts";
import type { Table } from "#shared/ports/table.ts";
import { createDocument, getDocument, replaceDocument } from "#shared/store/documents.ts";
import { factKey, ruleSettingsKey } from "#shared/store/keys.ts";
import { alertSpec, ruleSettingsSpec, signalSpec } from "#shared/store/specs.ts";

export interface AlertDeps {
  readonly table: Table;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rules: readonly Rule[];
}

const roundsMax = 10;

/**
 * Brings the alert of one signal in line with the signal as the table holds it now. The event that
 * led here is only a hint, so repeats, delays and wrong order change nothing.
 */
export async function reconcileAlert(deps: AlertDeps, id: SignalId): Promise<void> {
  for (let round = 0; round < roundsMax; round += 1) {
    const signal = await getDocument(deps.table, signalSpec, factKey(id));
    // Kept for a year after clearing; older than that, its alert is long resolved.
    if (!signal) return;
    const rule = deps.rules.find((candidate) => candidate.name === signal.rule);
    if (!rule) return;
    const [current, settings] = await Promise.all([
      getDocument(deps.table, alertSpec, factKey(alertId(signal.rule, signal.subjectId))),
      getDocument(deps.table, ruleSettingsSpec, ruleSettingsKey(signal.rule)),
    ]);
    const next = reconcile(current, signal, {
      graceMinutes: settings?.graceMinutes ?? rule.defaults.graceMinutes,
      why: rule.why,
      nextStep: rule.nextStep,
      now: deps.clock.now(),
    });
    if (!next) return;
    if (await store(deps, current, next)) return;
  }
  throw new HubError("entity.conflict", `The alert of ${id} is being changed by others`);
}

async function store(deps: AlertDeps, current: Alert | undefined, next: Alert): Promise<boolean> {
  const ok = current
    ? (await replaceDocument(deps.table, alertSpec, current, next)) !== undefined
    : await createDocument(deps.table, alertSpec, next);
  if (ok && current?.status !== next.status) {
    const { rule, generation } = next;
    deps.logger.info(`alert.${next.status}`, { alertId: next.id, rule, generation });
  }
  return ok;
}
