import { expect, test } from "vitest";

import { HubError } from "#shared/errors.ts";

import { RouteTable } from "./routes.ts";

const routeKeys = [
  "ANY /{proxy+}",
  "ANY /",
  "POST /webhooks/{connector}/{connectionId}",
  "GET /webhooks/{connector}/status",
  "ANY /webhooks/{connector}/{connectionId}",
  "GET /files/{path+}",
];
const table = new RouteTable(routeKeys.map((routeKey) => ({ functionName: "f", routeKey })));

// The order of docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html.
test.each<readonly [string, string, string, Record<string, string>]>([
  ["GET", "/", "ANY /", {}],
  ["GET", "/alerts", "ANY /{proxy+}", { proxy: "alerts" }],
  ["GET", "/api/alerts/7", "ANY /{proxy+}", { proxy: "api/alerts/7" }],
  [
    "POST",
    "/webhooks/jira/c1",
    "POST /webhooks/{connector}/{connectionId}",
    { connector: "jira", connectionId: "c1" },
  ],
  [
    "PUT",
    "/webhooks/jira/c1",
    "ANY /webhooks/{connector}/{connectionId}",
    { connector: "jira", connectionId: "c1" },
  ],
  ["GET", "/webhooks/jira/status", "GET /webhooks/{connector}/status", { connector: "jira" }],
  [
    "POST",
    "/webhooks/jira/status",
    "POST /webhooks/{connector}/{connectionId}",
    { connector: "jira", connectionId: "status" },
  ],
  ["POST", "/webhooks/jira", "ANY /{proxy+}", { proxy: "webhooks/jira" }],
  ["POST", "/webhooks/jira/c1/more", "ANY /{proxy+}", { proxy: "webhooks/jira/c1/more" }],
  [
    "POST",
    "/webhooks/jira/a%2Fb%20c",
    "POST /webhooks/{connector}/{connectionId}",
    { connector: "jira", connectionId: "a/b c" },
  ],
  ["GET", "/files/a/b.txt", "GET /files/{path+}", { path: "a/b.txt" }],
  ["DELETE", "/files/a", "ANY /{proxy+}", { proxy: "files/a" }],
])("%s %s goes to %s", (method, path, routeKey, pathParameters) => {
  expect(table.find(method, path)).toEqual({ functionName: "f", routeKey, pathParameters });
});

test("a path that is not decodable matches no variable", () => {
  expect(table.find("GET", "/%E0%A4%A")).toBeUndefined();
});

test("a route that API Gateway would refuse is refused", () => {
  expect(() => new RouteTable([{ functionName: "f", routeKey: "GET alerts" }])).toThrow(HubError);
});
