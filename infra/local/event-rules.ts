import { HubError } from "#shared/errors.ts";
import { compilePattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import type { CompiledPattern } from "#shared/kit/event-pattern/compile-pattern.ts";
import { CustomRuleId } from "#shared/model/custom-rule.ts";
import type { CustomRuleEvent, EventRule, EventRules } from "#shared/ports/event-rules.ts";

import type { Journal } from "./journal.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS bus_rules (name TEXT PRIMARY KEY, pattern TEXT NOT NULL) STRICT`;

/** The bus rules of one machine: in the file of its queues, so that they stay, and compiled in memory. */
export class LocalEventRules implements EventRules {
  readonly #journal: Journal;
  readonly #patterns = new Map<CustomRuleId, CompiledPattern>();

  constructor(journal: Journal) {
    this.#journal = journal;
    journal.database.exec(schema);
    for (const row of journal.database.prepare("SELECT name, pattern FROM bus_rules").all()) {
      const pattern = compilePattern(JSON.parse(String(row["pattern"])) as unknown);
      this.#patterns.set(CustomRuleId.parse(row["name"]), pattern);
    }
  }

  /** What the rules' target is given for one event, as EventBridge's input transformer makes it. */
  route(event: { readonly detail: unknown }): readonly string[] {
    return [...this.#patterns]
      .filter(([, pattern]) => pattern.matches(event))
      .map(([customRule]) => {
        const id = (event.detail as { readonly id?: unknown }).id;
        if (typeof id !== "string")
          throw new HubError("invariant.broken", "An event without an id");
        return JSON.stringify({ customRule, detail: { id } } satisfies CustomRuleEvent);
      });
  }

  async put({ name, pattern }: EventRule): Promise<void> {
    const compiled = compilePattern(pattern);
    await this.#journal.commit((database) => {
      database
        .prepare("INSERT OR REPLACE INTO bus_rules (name, pattern) VALUES (?, ?)")
        .run(name, JSON.stringify(pattern));
    }, "machine");
    this.#patterns.set(name, compiled);
  }

  async remove(name: CustomRuleId): Promise<void> {
    await this.#journal.commit((database) => {
      database.prepare("DELETE FROM bus_rules WHERE name = ?").run(name);
    }, "machine");
    this.#patterns.delete(name);
  }
}
