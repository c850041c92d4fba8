import { PortfoliosApi, ProjectsApi, TasksApi } from "asana";
import * as z from "zod";

import { Transport, type TransportContext } from "./client-transport.ts";
import { isAbsent } from "./errors.ts";

/** A text field on an object, as far as write-back looks at it. */
const FieldWire = z.looseObject({
  gid: z.string(),
  name: z.string().nullish(),
  /** Newer readers prefer `resource_subtype`, which the document lists for tasks only. */
  type: z.string().nullish(),
  text_value: z.string().nullish(),
});
export type FieldOnObject = z.infer<typeof FieldWire>;
const ObjectWire = z.looseObject({
  data: z.looseObject({ custom_fields: z.array(FieldWire).nullish() }),
});

/** Asana gives the gid of everything unasked, and does not list it among the fields to ask for. */
const fields = ["name", "type", "text_value"].map((name) => `custom_fields.${name}`).join(",");

/** What an item is at Asana: ids do not tell. */
export type ObjectKind = "task" | "project" | "portfolio";

/** The calls that write-back makes. Throws only `HubError`. */
export class AsanaWriteBackClient {
  readonly #transport: Transport;

  constructor(context: TransportContext) {
    this.#transport = new Transport(context);
  }

  /** The custom fields that an object has; undefined where it is not of the kind, gone or hidden. */
  async fields(kind: ObjectKind, gid: string): Promise<readonly FieldOnObject[] | undefined> {
    const what = `${kind} ${gid}`;
    const endpoint = `GET /${kind}s/{gid}`;
    const opts = () => ({ opt_fields: fields });
    try {
      return await this.#transport.read(
        {
          what,
          endpoint,
          call: (api): Promise<unknown> => {
            if (kind === "task") return new TasksApi(api).getTask(gid, opts());
            if (kind === "project") return new ProjectsApi(api).getProject(gid, opts());
            return new PortfoliosApi(api).getPortfolio(gid, opts());
          },
        },
        (answer) => ObjectWire.parse(answer).data.custom_fields ?? [],
      );
    } catch (error) {
      if (isAbsent(error)) return undefined;
      throw error;
    }
  }

  /** Sets one text field and nothing else, so that what others edit meanwhile stays. */
  async setField(
    kind: "task" | "project",
    gid: string,
    field: { readonly gid: string; readonly value: string | null },
  ): Promise<void> {
    const body = () => ({ data: { custom_fields: { [field.gid]: field.value } } });
    // The answer is not looked at: the shortest that may be asked for.
    const opts = () => ({ opt_fields: "modified_at" });
    await this.#transport.write(
      {
        what: `${kind} ${gid}`,
        endpoint: `PUT /${kind}s/{gid}`,
        call: (api): Promise<unknown> =>
          kind === "task"
            ? new TasksApi(api).updateTask(body(), gid, opts())
            : new ProjectsApi(api).updateProject(body(), gid, opts()),
      },
      () => undefined,
    );
  }
}
