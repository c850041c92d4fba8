import type { Connector } from "#shared/kit/connector.ts";

/** Every connector: sources of records, and channels to tell people. A new one is a folder and a line. */
export const connectors: readonly Connector[] = [];
