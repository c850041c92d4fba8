import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";

import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { afterEach, expect, test } from "vitest";

import { systemClock } from "#shared/adapters/system-clock.ts";

import { startHttp, type HttpServer } from "./http.ts";
import type { InvocationOutcome } from "./invoker.ts";
import { silentLogger } from "./logger.ts";

let server: HttpServer | undefined;
let events: APIGatewayProxyEventV2[] = [];

afterEach(async () => {
  await server?.stop();
  server = undefined;
  events = [];
});

type Answer = (event: APIGatewayProxyEventV2) => unknown;

async function start(answer: Answer = () => ({ statusCode: 204 })): Promise<string> {
  server = await startHttp({
    port: 0,
    routes: [
      { functionName: "receive", routeKey: "POST /webhooks/{connector}/{connectionId}" },
      { functionName: "app", routeKey: "ANY /api/{proxy+}" },
    ],
    clock: systemClock,
    logger: silentLogger,
    invoke: async (_name, event): Promise<InvocationOutcome> => {
      // The server gives nothing but this event to an HTTP function.
      const typed = event as APIGatewayProxyEventV2;
      events.push(typed);
      const value: unknown = await answer(typed);
      return value instanceof Error
        ? { ok: false, reason: value.message, timedOut: false }
        : { ok: true, value };
    },
  });
  return `http://127.0.0.1:${server.port}`;
}

test("a request becomes the event of an HTTP API", async () => {
  const url = await start();
  await fetch(`${url}/webhooks/jira/conn%201?a=1&a=2&b=x%20y&empty=`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "X-Hub-Signature": "sha256=ab",
      cookie: "s=1; t=2",
    },
    body: '{"größe":1}',
  });
  expect(events[0]).toMatchObject({
    version: "2.0",
    routeKey: "POST /webhooks/{connector}/{connectionId}",
    rawPath: "/webhooks/jira/conn%201",
    rawQueryString: "a=1&a=2&b=x%20y&empty=",
    cookies: ["s=1", "t=2"],
    headers: { "content-type": "application/json; charset=utf-8", "x-hub-signature": "sha256=ab" },
    queryStringParameters: { a: "1,2", b: "x y", empty: "" },
    pathParameters: { connector: "jira", connectionId: "conn 1" },
    requestContext: {
      http: { method: "POST", path: "/webhooks/jira/conn%201", sourceIp: "127.0.0.1" },
      stage: "$default",
    },
    body: '{"größe":1}',
    isBase64Encoded: false,
  });
  expect(events[0]?.headers).not.toHaveProperty("cookie");
});

test.each<readonly [string, Uint8Array, boolean]>([
  ["application/json", Buffer.from('{"a":"\uFEFFé"}'), false],
  ["application/vnd.api+json", Buffer.from("{}"), false],
  ["text/plain", Buffer.from("x"), false],
  ["application/x-www-form-urlencoded", Buffer.from("a=b"), true],
  ["application/octet-stream", Buffer.from([0, 255, 10]), true],
  ["application/json", Buffer.from([0x7b, 0xff, 0x7d]), true],
])("a body of %s arrives byte for byte", async (type, body, isBase64Encoded) => {
  const url = await start();
  await fetch(`${url}/api/x`, { method: "PUT", headers: { "content-type": type }, body });
  const event = events[0];
  expect(event?.isBase64Encoded).toBe(isBase64Encoded);
  const bytes = Buffer.from(event?.body ?? "", isBase64Encoded ? "base64" : "utf8");
  expect(bytes.equals(body)).toBe(true);
});

test("a request without a body has none in its event", async () => {
  const url = await start();
  await fetch(`${url}/api/x`);
  expect(events[0]).not.toHaveProperty("body");
  expect(events[0]).not.toHaveProperty("cookies");
  expect(events[0]?.isBase64Encoded).toBe(false);
});

test("an answer keeps its status, headers, cookies and bytes", async () => {
  const url = await start(() => ({
    statusCode: 201,
    headers: { "Content-Type": "image/png", "X-Number": 5 },
    cookies: ["a=1; Path=/", "b=2"],
    body: Buffer.from([1, 2, 255]).toString("base64"),
    isBase64Encoded: true,
  }));
  const response = await fetch(`${url}/api/x`);
  expect(response.status).toBe(201);
  expect(response.headers.get("content-type")).toBe("image/png");
  expect(response.headers.get("x-number")).toBe("5");
  expect(response.headers.getSetCookie()).toEqual(["a=1; Path=/", "b=2"]);
  expect([...new Uint8Array(await response.arrayBuffer())]).toEqual([1, 2, 255]);
});

test("an answer without a status code is a JSON body", async () => {
  const url = await start(() => ({ ok: true }));
  const response = await fetch(`${url}/api/x`);
  expect([response.status, await response.json()]).toEqual([200, { ok: true }]);
});

test("the connection is the server's: a function cannot frame its own answer", async () => {
  const url = await start(() => ({
    statusCode: 200,
    headers: { "content-length": 1, "transfer-encoding": "chunked", "x-kept": "yes" },
    body: "whole",
  }));
  const response = await fetch(`${url}/api/x`);
  expect([await response.text(), response.headers.get("x-kept")]).toEqual(["whole", "yes"]);
  const head = await fetch(`${url}/api/x`, { method: "HEAD" });
  expect([head.headers.get("content-length"), await head.text()]).toEqual(["5", ""]);
});

test.each<readonly [string, Answer]>([
  ["breaks a line in a header", () => ({ statusCode: 200, headers: { a: "b\r\ncanary: 1" } })],
  ["fails", () => new Error("canary")],
  ["answers something that is no answer", () => ({ statusCode: "abc", body: "canary" })],
])("a function that %s gives the error envelope, without the reason", async (_name, answer) => {
  const url = await start(answer);
  const response = await fetch(`${url}/api/x`);
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({
    error: { code: "invariant.broken", requestId: events[0]?.requestContext.requestId },
  });
  expect(text).not.toContain("canary");
});

async function statusFor(port: number, headers: Record<string, string>): Promise<number> {
  const request = httpRequest({ host: "127.0.0.1", port, path: "/api/x", headers });
  request.end();
  const [response] = await once(request, "response");
  response.resume();
  return response.statusCode;
}

test("only requests that name this machine as their host are let in", async () => {
  await start();
  const port = server?.port ?? 0;
  for (const name of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"]) {
    expect([name, await statusFor(port, { host: `${name}:${port}` })]).toEqual([name, 204]);
  }
  for (const host of [
    "evil.example",
    `evil.example:${port}`,
    "127.0.0.1",
    "localhost:1",
    `127.0.0.1:${port}.evil.example`,
  ]) {
    expect([host, await statusFor(port, { host })]).toEqual([host, 403]);
  }
  expect(events).toHaveLength(4);
});

test("no route is 404, in the one envelope", async () => {
  const url = await start();
  const response = await fetch(`${url}/webhooks/jira/c1`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ error: { code: "entity.not-found" } });
});

test("a body beyond what an invocation can hold is refused with 413, its size declared or not", async () => {
  const url = await start();
  const limit = 6 * 1024 * 1024;
  const put = (body: Uint8Array | ReadableStream) =>
    fetch(`${url}/api/x`, { method: "PUT", body, duplex: "half" });
  expect((await put(new Uint8Array(limit))).status).toBe(204);
  const declared = await put(new Uint8Array(limit + 1));
  expect(declared.status).toBe(413);
  expect(await declared.json()).toMatchObject({ error: { code: "input.too-large" } });
  const chunk = new Uint8Array(1024 * 1024);
  const chunks = Array.from({ length: 7 }, () => chunk);
  expect((await put(ReadableStream.from(chunks))).status).toBe(413);
  expect(events).toHaveLength(1);
});

test("garbage on the socket ends that connection only", async () => {
  const url = await start();
  const socket = connect(server?.port ?? 0, "127.0.0.1");
  socket.write("THIS IS NO HTTP\r\n\r\n");
  socket.resume();
  await once(socket, "close");
  expect((await fetch(`${url}/api/x`)).status).toBe(204);
});

test("a client that leaves in the middle of its body harms nobody", async () => {
  const url = await start();
  const socket = connect(server?.port ?? 0, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(
    `PUT /api/x HTTP/1.1\r\nHost: ${new URL(url).host}\r\nContent-Length: 100\r\n\r\nabc`,
  );
  await systemClock.sleep(20);
  socket.destroy();
  expect((await fetch(`${url}/api/x`)).status).toBe(204);
  expect(events).toHaveLength(1);
});

test("a taken port is said so, with what to do", async () => {
  await start();
  const again = startHttp({
    port: server?.port ?? 0,
    routes: [],
    clock: systemClock,
    logger: silentLogger,
    invoke: () => Promise.resolve({ ok: true, value: undefined }),
  });
  await expect(again).rejects.toThrow(/Port \d+ cannot be used.*--port/u);
});

test("stopping lets the request in flight finish and takes no new one", async () => {
  const started = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const url = await start(async () => {
    started.resolve();
    await gate.promise;
    return { statusCode: 200, body: "done" };
  });
  const inFlight = fetch(`${url}/api/x`);
  await started.promise;
  const stopped = server?.stop();
  gate.resolve();
  expect(await (await inFlight).text()).toBe("done");
  await stopped;
  await expect(fetch(`${url}/api/x`)).rejects.toThrow("fetch failed");
  server = undefined;
});
