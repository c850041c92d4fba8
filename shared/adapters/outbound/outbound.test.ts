import { createServer } from "node:http";
import type { RequestListener } from "node:http";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Server } from "node:net";

import { afterEach, describe, expect, test } from "vitest";

import { createOutbound } from "./outbound.ts";

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  // It listens on TCP, so its address is one.
  return (server.address() as AddressInfo).port;
}

async function serve(listener: RequestListener) {
  const server = createServer(listener);
  const port = await listen(server);
  return `http://127.0.0.1:${port}/hook`;
}

const here = createOutbound({ allowsThisMachine: true });

function postOf(url: string, timeoutMs = 5000) {
  return { url, timeoutMs, headers: { "content-type": "application/json" }, body: '{"a":"ü"}' };
}

describe("post", () => {
  test("the body arrives whole, and the answer's start comes back", async () => {
    const url = await serve((request, response) => {
      let body = "";
      request.setEncoding("utf8");
      request.on("data", (chunk: string) => (body += chunk));
      request.on("end", () => {
        const { method, headers } = request;
        const length = headers["content-length"];
        response.writeHead(429, { "retry-after": "7" });
        response.end(`${method} ${length} ${body} ${"x".repeat(50_000)}`);
      });
    });
    const result = await here.post(postOf(url));
    expect(result).toMatchObject({ outcome: "answered", status: 429, retryAfter: "7" });
    const body = result.outcome === "answered" ? result.body : "";
    expect(body).toMatch(/^POST 10 \{"a":"ü"\} x/u);
    expect(body.length).toBeLessThan(5000);
  });

  test("whoever needs more of an answer says how much, and sees its headers", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "x-oauth-scopes": "chat:write,im:write" });
      response.end("x".repeat(50_000));
    });
    const result = await here.post({ ...postOf(url), answerBytesMax: 20_000 });
    expect(result).toMatchObject({ headers: { "x-oauth-scopes": "chat:write,im:write" } });
    expect(result.outcome === "answered" && result.body.length).toBe(20_000);
  });

  test("a redirect is an answer: what it points to is never called", async () => {
    let calls = 0;
    const inside = await serve((_request, response) => {
      calls += 1;
      response.end();
    });
    const url = await serve((_request, response) => {
      response.writeHead(307, { location: inside }).end();
    });
    expect(await here.post(postOf(url))).toMatchObject({ outcome: "answered", status: 307 });
    expect(calls).toBe(0);
  });

  test("where nobody listens nothing was sent", async () => {
    expect(await here.post(postOf("http://127.0.0.1:9/hook"))).toMatchObject({
      outcome: "unreached",
    });
  });

  test("an answer that is cut, or does not come in time, is lost", async () => {
    const cut = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });
    expect(await here.post(postOf(cut))).toMatchObject({ outcome: "unanswered" });
    const silent = await serve((request) => void request.resume());
    expect(await here.post(postOf(silent, 100))).toMatchObject({
      outcome: "unanswered",
      reason: expect.stringContaining("in time") as unknown,
    });
  });

  test("a name server that does not answer costs no more than the time given", async () => {
    const outbound = createOutbound({ resolve: () => new Promise(() => undefined) });
    expect(await outbound.post(postOf("https://leads.example/", 50))).toMatchObject({
      outcome: "unreached",
    });
  });
});

test("a name that changes its mind between the look and the call gains nothing", async () => {
  let connections = 0;
  const server = createTcpServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  const port = await listen(server);
  let looks = 0;
  // How rebinding is done: an address that may be called at the first look, an inside one ever after.
  const outbound = createOutbound({
    resolve: async () => [looks++ === 0 ? "127.0.0.1" : "127.0.0.2"],
    isPublic: (address) => address === "127.0.0.1",
  });
  const url = `https://rebinding.example:${port}/`;
  // No name server knows this name: it was connected to the address that was judged.
  expect(await outbound.post(postOf(url))).toMatchObject({ outcome: "unreached" });
  expect([looks, connections]).toEqual([1, 1]);
  expect(await outbound.post(postOf(url))).toMatchObject({ outcome: "forbidden" });
  expect([looks, connections]).toEqual([2, 1]);
});
