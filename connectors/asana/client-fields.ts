import { CustomFieldsApi } from "asana";

import { Transport, type TransportContext } from "./client-transport.ts";
import type { Page, PageRequest } from "./client.ts";
import * as wire from "./wire.ts";

type Api = ConstructorParameters<typeof CustomFieldsApi>[0];

const fieldsPerPage = 100;

/** The calls that tell which custom fields there are. Throw only `HubError`. */
export class AsanaFieldsClient {
  readonly #transport: Transport;

  constructor(context: TransportContext) {
    this.#transport = new Transport(context);
  }

  /** Those of a workspace's library, a page at a time; fields of one project alone are not in it. */
  async customFields(workspace: string, { offset }: PageRequest): Promise<Page> {
    const asked = {
      what: `custom fields of workspace ${workspace}`,
      endpoint: "GET /workspaces/{gid}/custom_fields",
      call: (api: Api): Promise<unknown> =>
        new CustomFieldsApi(api).getCustomFieldsForWorkspace(workspace, {
          limit: fieldsPerPage,
          opt_fields: wire.listedFieldFields,
          ...(offset !== undefined && { offset }),
        }),
    };
    return this.#transport.read(asked, (answer) => {
      const { data, next_page: next } = wire.ListWire.parse(answer);
      return { records: data, ...(next ? { offset: next.offset } : {}) };
    });
  }

  async customField(gid: string): Promise<unknown> {
    const asked = {
      what: `custom field ${gid}`,
      endpoint: "GET /custom_fields/{gid}",
      call: (api: Api): Promise<unknown> =>
        new CustomFieldsApi(api).getCustomField(gid, { opt_fields: wire.listedFieldFields }),
    };
    return this.#transport.read(asked, (answer) => wire.ObjectWire.parse(answer).data);
  }
}
