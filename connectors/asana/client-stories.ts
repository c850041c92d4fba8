import { StoriesApi } from "asana";

import { Transport, type TransportContext } from "./client-transport.ts";
import type { Page } from "./client.ts";
import * as wire from "./wire.ts";

const storiesPerPage = 100;

/** The call that tells of a task's past. Throws only `HubError`. */
export class AsanaStoriesClient {
  readonly #transport: Transport;

  constructor(context: TransportContext) {
    this.#transport = new Transport(context);
  }

  /** What happened to a task, oldest first, a page at a time. */
  async stories(task: string, offset: string | undefined): Promise<Page> {
    const place = offset === undefined ? {} : { offset };
    const asked = {
      what: `stories of task ${task}`,
      endpoint: "GET /tasks/{gid}/stories",
      call: (api: ConstructorParameters<typeof StoriesApi>[0]): Promise<unknown> =>
        new StoriesApi(api).getStoriesForTask(task, {
          limit: storiesPerPage,
          opt_fields: wire.storyFields,
          ...place,
        }),
    };
    return this.#transport.read(asked, (answer) => {
      const { data, next_page: next } = wire.ListWire.parse(answer);
      return { records: data, ...(next ? { offset: next.offset } : {}) };
    });
  }
}
