import { HubError } from "#shared/errors.ts";
import type { SourceContext } from "#shared/kit/connector.ts";
import type { CannotHold, SightStatement, StoredValue, WriteBack } from "#shared/kit/write-back.ts";
import { shortText } from "#shared/model/facts.ts";
import type { FactId } from "#shared/model/ids.ts";
import { readFactId } from "#shared/model/ids.ts";

import { AsanaWriteBackClient, type FieldOnObject } from "./client-write-back.ts";
import type { AsanaSettings } from "./settings.ts";

/** Asana's own limit of a text field (its OpenAPI document, 2026-11). */
const textMax = 1024;

/** Writing lines of sight into a text custom field of Asana, where the settings name one. */
export function asanaWriteBack(context: SourceContext<AsanaSettings>): WriteBack | undefined {
  const { writeBackField: name } = context.settings;
  if (name === undefined) return undefined;
  const place = new TextField(context, name);
  return {
    place: `the custom field “${name}”`,
    async read(ids) {
      const found = await Promise.all(ids.map(async (id) => [id, await place.read(id)] as const));
      return new Map(found.flatMap(([id, value]) => (value === undefined ? [] : [[id, value]])));
    },
    render,
    inWords: (value) => value,
    write: (id, value) => place.write(id, value),
  };
}

/** Where the field of this name is on one object. */
type Holder =
  | { readonly kind: "task" | "project"; readonly field: FieldOnObject }
  | CannotHold
  | undefined;

class TextField {
  readonly #client: AsanaWriteBackClient;
  readonly #name: string;
  /** Whether the hub reads the same field as something else. */
  readonly #isRead: boolean;

  constructor(context: SourceContext<AsanaSettings>, name: string) {
    const { teamField, statusField, blockedByField, goalField } = context.settings;
    this.#client = new AsanaWriteBackClient(context);
    this.#name = name.trim().toLowerCase();
    this.#isRead = [teamField, statusField, blockedByField, goalField].some(
      (other) => other?.trim().toLowerCase() === this.#name,
    );
  }

  async read(id: FactId): Promise<StoredValue | CannotHold | undefined> {
    const holder = await this.#find(id);
    return holder && "field" in holder ? holder.field.text_value || null : holder;
  }

  async write(id: FactId, value: StoredValue): Promise<void> {
    const holder = await this.#find(id);
    if (holder && "field" in holder) {
      const { kind, field } = holder;
      return this.#client.setField(kind, gidOf(id), { gid: field.gid, value });
    }
    const message = holder?.why ?? `Asana knows nothing of ${gidOf(id)} any more`;
    throw new HubError("connector.not-found", message);
  }

  async #find(id: FactId): Promise<Holder> {
    if (this.#isRead) {
      throw new HubError(
        "connector.misconfigured",
        "The field to write to is also one that the hub reads: name another, or it would believe itself",
      );
    }
    for (const kind of ["task", "project", "portfolio"] as const) {
      const fields = await this.#client.fields(kind, gidOf(id));
      if (!fields) continue;
      if (kind === "portfolio") return { why: "Only tasks and projects can hold it" };
      return this.#among(kind, fields);
    }
    return undefined;
  }

  #among(kind: "task" | "project", fields: readonly FieldOnObject[]): Holder {
    const named = fields.filter(({ name }) => name?.trim().toLowerCase() === this.#name);
    const [field, other] = named.filter((one) => one.type === "text");
    if (other) return { why: "It has two text fields of that name" };
    if (field) return { kind, field };
    if (named.length > 0) return { why: "Its field of that name is not a text field" };
    return {
      why:
        kind === "task"
          ? "None of its projects has the field: add it to one"
          : "None of its portfolios has the field: add it to one",
    };
  }
}

/** One line of text; addresses that would not fit are left out, the item's own page last of all. */
function render({ sentence, goalUrl, itemUrl }: SightStatement): string {
  const whole = [sentence, goalUrl, itemUrl].filter((part) => part !== undefined).join(" · ");
  if (whole.length <= textMax) return whole;
  const room = textMax - itemUrl.length - 3;
  return room < 80
    ? (shortText(sentence, textMax) ?? "")
    : `${shortText(sentence, room)} · ${itemUrl}`;
}

function gidOf(id: FactId): string {
  return readFactId(id)?.nativeId ?? "";
}
