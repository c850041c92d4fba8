import { createHmac } from "node:crypto";

import { epochMsOf, minuteMs } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";
import type { Faults } from "#shared/testing/simulator/faults.ts";
import { WebhookSender } from "#shared/testing/simulator/webhook-sender.ts";

import { fieldsOf, fieldValue } from "./employee-fields.ts";
import type { EmployeeEvent } from "./employee-operations.ts";
import type { BambooState, Webhook } from "./state.ts";

/** Five retries; 4xx is final (https://documentation.bamboohr.com/docs/webhooks, 2026-11). */
const retryMinutes = [5, 10, 20, 40, 80];
const timeoutMs = 10_000;
/** Field-based events; the default kind for who names no events. */
export const legacyEvents = [
  "employee_with_fields.created",
  "employee_with_fields.updated",
  "employee_with_fields.deleted",
] as const;

interface DeliveryOptions {
  readonly state: BambooState;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly timeScale: number;
}

/** Tells webhooks what happened to employees, signed over body and timestamp. */
export class WebhookDelivery {
  readonly sender: WebhookSender;
  readonly #options: DeliveryOptions;
  #number = 0;

  constructor(options: DeliveryOptions) {
    const { clock, faults, timeScale } = options;
    this.#options = options;
    this.sender = new WebhookSender({
      clock,
      faults,
      timeScale,
      signatureHeader: "X-BambooHR-Signature",
      retry: {
        timeoutMs,
        delayMs: (retry) => {
          const minutes = retryMinutes[retry - 1];
          return minutes === undefined ? undefined : minutes * minuteMs;
        },
        isRetried: (status) => status === undefined || status >= 500,
      },
    });
  }

  events(events: readonly EmployeeEvent[]): void {
    for (const event of events) {
      for (const webhook of this.#options.state.webhooks.values()) this.#tell(webhook, event);
    }
  }

  #tell(webhook: Webhook, event: EmployeeEvent): void {
    const { state } = this.#options;
    if (state.dismissed.has(webhook.owner)) return;
    // Nothing is told of an update of which its account may not see a part.
    const isHidden = event.changedFields.some((field) => state.isHidden(event.employeeId, field));
    if (event.action === "updated" && isHidden) return;
    const changedFields = event.changedFields.filter((field) =>
      webhook.monitorFields.includes(field),
    );
    if (event.action === "updated" && changedFields.length === 0) return;
    const told = { ...event, changedFields };
    if (webhook.events.includes(`employee.${event.action}`)) {
      this.#send(webhook, `employee.${event.action}`, this.#thin(told));
    } else if (webhook.events.includes(`employee_with_fields.${event.action}`)) {
      this.#send(webhook, `employee_with_fields.${event.action}`, this.#legacy(webhook, told));
    }
  }

  #thin({ action, employeeId, changedFields, at }: EmployeeEvent): unknown {
    const { companyId } = this.#options.state.seed;
    return {
      type: `employee.${action}`,
      timestamp: at.replace(/\.\d{3}Z$/u, "Z"),
      data: { companyId, employeeId, ...(action === "updated" && { changedFields }) },
    };
  }

  #legacy(webhook: Webhook, { action, employeeId, changedFields }: EmployeeEvent): unknown {
    const { state } = this.#options;
    const employee = state.employees.get(employeeId);
    const nameOf = (alias: string) =>
      fieldsOf(state).find((field) => field.alias === alias)?.name ?? alias;
    const fields = Object.entries(webhook.postFields).map(([alias, name]) => [
      name,
      { value: employee ? (fieldValue(state, employee, alias) ?? "") : "" },
    ]);
    return {
      employees: [
        {
          id: employeeId,
          action: `${action.charAt(0).toUpperCase()}${action.slice(1)}`,
          timestamp: this.#options.clock.now(),
          changedFields: changedFields.map(nameOf),
          fields: Object.fromEntries(fields),
        },
      ],
    };
  }

  #send(webhook: Webhook, event: string, payload: unknown): void {
    const body = JSON.stringify(payload);
    const timestamp = String(Math.floor(epochMsOf(this.#options.clock.now()) / 1000));
    this.sender.send({
      id: `delivery-${(this.#number += 1)}`,
      event,
      url: webhook.url,
      headers: {
        "Content-Type": "application/json",
        "X-BambooHR-Timestamp": timestamp,
        "X-BambooHR-Signature": createHmac("sha256", webhook.privateKey)
          .update(body + timestamp)
          .digest("hex"),
      },
      body,
    });
  }
}
