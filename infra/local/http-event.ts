import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http";

import type { APIGatewayProxyEventV2 } from "aws-lambda";

import type { Instant } from "#shared/model/time.ts";
import { epochMsOf } from "#shared/model/time.ts";

import { accountId } from "./environment.ts";
import type { RouteMatch } from "./routes.ts";

export interface HttpRequest {
  readonly method: string;
  /** Path and query as they stand in the request line. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly sourceIp: string;
  readonly requestId: string;
  readonly at: Instant;
}

/**
 * The event of an API Gateway HTTP API, payload format 2.0, with the body's bytes unharmed: text types
 * travel as text, all others in base64
 * (docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html, 2026-11).
 */
export function httpEvent(request: HttpRequest, route: RouteMatch): APIGatewayProxyEventV2 {
  const { path, query } = splitTarget(request.target);
  const { cookie, ...headers } = singleHeaders(request.headers);
  const isText = isTextual(headers["content-type"]) && isUtf8(request.body);
  const queryStringParameters = queryParameters(query);
  return {
    version: "2.0",
    routeKey: route.routeKey,
    rawPath: path,
    rawQueryString: query,
    ...(cookie !== undefined && { cookies: cookie.split("; ") }),
    headers,
    ...(queryStringParameters && { queryStringParameters }),
    ...(Object.keys(route.pathParameters).length > 0 && { pathParameters: route.pathParameters }),
    requestContext: requestContext(request, path, route.routeKey),
    ...(request.body.length > 0 && { body: request.body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: request.body.length > 0 && !isText,
  };
}

export function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const mark = target.indexOf("?");
  if (mark < 0) return { path: target, query: "" };
  return { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

function requestContext(
  request: HttpRequest,
  path: string,
  routeKey: string,
): APIGatewayProxyEventV2["requestContext"] {
  const host = request.headers.host ?? "";
  return {
    accountId,
    apiId: "local",
    domainName: host,
    domainPrefix: host.split(/[.:]/u)[0] ?? "",
    http: {
      method: request.method,
      path,
      protocol: "HTTP/1.1",
      sourceIp: request.sourceIp,
      userAgent: request.headers["user-agent"] ?? "",
    },
    requestId: request.requestId,
    routeKey,
    stage: "$default",
    time: request.at,
    timeEpoch: epochMsOf(request.at),
  };
}

/** Repeated headers become one, joined by commas, as API Gateway does. */
function singleHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) single[name] = Array.isArray(value) ? value.join(",") : value;
  }
  return single;
}

/** Decoded; repeated parameters are joined by commas. */
function queryParameters(query: string): Record<string, string> | undefined {
  if (query === "") return undefined;
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const before = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    parameters[name] = before === undefined ? value : `${before},${value}`;
  }
  return parameters;
}

function isTextual(contentType: string | undefined): boolean {
  const [type = ""] = (contentType ?? "").split(";", 1);
  return /^(?:text\/.+|application\/(?:.+\+)?(?:json|xml)|application\/javascript)$/iu.test(
    type.trim(),
  );
}
