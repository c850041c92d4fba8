/** What is asked of the process of the simulated sites. */
export type SiteRequest =
  | { readonly kind: "start-site"; readonly issues: number; readonly latencyMs: number }
  /** Since it was last asked of the same site. */
  | { readonly kind: "count-requests"; readonly url: string };

export interface SiteAnswer {
  /** Of a site that was started. */
  readonly access?: SiteAccess;
  readonly requests?: number;
  /** Those of them that were answered with 429. */
  readonly throttled?: number;
}

export interface SiteAccess {
  readonly url: string;
  /** Behind the gateway, for apps. */
  readonly gatewayUrl: string;
  /** Of a consent to an app; good for an hour. */
  readonly accessToken: string;
}

/**
 * Who reads: the connector's source, by API token or by consent; a reader that fetches and parses the
 * same pages and nothing else; the whole pull function, into a table.
 */
export type Reader =
  | "source"
  | "consented-source"
  | "parse-only"
  | "pull-into-memory"
  | "pull-into-database"
  | "pull-into-nothing";

/** What is asked of the process that reads. */
export interface ReadRequest {
  readonly kind: "read";
  readonly reader: Reader;
  readonly access: SiteAccess;
  /** Requests at a time. */
  readonly lanes: number;
  /** Stops after so many pages of issues; default: reads everything. */
  readonly pagesMax?: number;
}

export interface ReadAnswer {
  /** Issues read, and from when they were counted: before the first request, or with `pagesMax` at the first page. */
  readonly issues: number;
  readonly ms: number;
  /** Processor time of the reading process meanwhile. */
  readonly cpuMs: number;
  /** Of the process since it began. */
  readonly peakRssMiB: number;
}
