import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";

/** What to answer, before it is put into the form of the host. */
export interface ScimAnswer {
  readonly status: number;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export function encode({ status, body, headers }: ScimAnswer): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: status,
    headers: {
      ...(body && { "content-type": "application/scim+json" }),
      "cache-control": "no-store",
      ...headers,
    },
    body: body ? JSON.stringify(body) : "",
  };
}
