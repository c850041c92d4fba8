import { describe, expect, test } from "vitest";

import { findTarget } from "./target.ts";

/** A name server in which every name below `leads.example` has the addresses that a test gives. */
function looking(...addresses: readonly string[]) {
  return { resolve: async () => addresses, allowsThisMachine: false };
}

const publicOnes = looking("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c");

describe("targets that are refused as they are written", () => {
  test.each([
    // This machine, in every spelling that a URL parser takes for it.
    "https://127.0.0.1/hook",
    "https://127.8.9.10/hook",
    "https://127.1/hook",
    "https://2130706433/hook",
    "https://0x7f000001/hook",
    "https://0x7f.0.0.1/hook",
    "https://0177.0.0.1/hook",
    "https://017700000001/hook",
    "https://１２７.０.０.１/hook",
    "https://127。0。0。1/hook",
    "https://127.0.0.1./hook",
    "https://0/hook",
    "https://0.0.0.0/hook",
    "https://[::1]/hook",
    "https://[0:0:0:0:0:0:0:1]/hook",
    "https://[::]/hook",
    "https://[::ffff:127.0.0.1]/hook",
    "https://[::ffff:7f00:1]/hook",
    "https://[::127.0.0.1]/hook",
    "https://localhost/hook",
    "https://LOCALHOST/hook",
    "https://localhost./hook",
    "https://ｌｏｃａｌｈｏｓｔ/hook",
    "https://app.localhost/hook",
    "https://localhost.localdomain/hook",
    // Where clouds tell a machine its credentials.
    "https://169.254.169.254/latest/meta-data/",
    "https://169.254.170.2/v2/credentials",
    "https://0xa9fea9fe/latest/meta-data/",
    "https://2852039166/latest/meta-data/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://[::ffff:169.254.169.254]/latest/meta-data/",
    "https://[64:ff9b::169.254.169.254]/latest/meta-data/",
    "https://[2002:a9fe:a9fe::1]/latest/meta-data/",
    "https://metadata.google.internal/computeMetadata/v1/",
    "https://metadata/computeMetadata/v1/",
    "https://100.100.100.200/latest/meta-data/",
    // Networks of an office or a data centre.
    "https://10.0.0.1/hook",
    "https://172.16.0.1/hook",
    "https://172.31.255.254/hook",
    "https://192.168.1.1/hook",
    "https://100.64.0.1/hook",
    "https://[fc00::1]/hook",
    "https://[fdff:ffff::1]/hook",
    "https://[fe80::1]/hook",
    "https://[fec0::1]/hook",
    "https://jira.corp/hook",
    "https://printer.local/hook",
    "https://router.home.arpa/hook",
    "https://wiki/hook",
    // Nobody's, or everybody's.
    "https://192.0.0.8/hook",
    "https://192.0.2.1/hook",
    "https://198.18.0.1/hook",
    "https://198.51.100.7/hook",
    "https://203.0.113.9/hook",
    "https://224.0.0.1/hook",
    "https://240.0.0.1/hook",
    "https://255.255.255.255/hook",
    "https://[ff02::1]/hook",
    "https://[2001:db8::1]/hook",
    "https://[2001:0:5ef5:79fb::1]/hook",
    "https://[100::1]/hook",
    "https://[4000::1]/hook",
    // Public, but not an address that may be called.
    "http://hooks.example.com/hook",
    "ftp://hooks.example.com/hook",
    "file:///etc/passwd",
    "gopher://hooks.example.com/_",
    "https://user:secret@hooks.example.com/hook",
    "https://hooks.example.com@10.0.0.1/hook",
    "https://hooks.example.com:22/hook",
    "https://hooks.example.com:25/hook",
    "https://hooks.example.com./hook",
    "https://1572395042/hook",
    "hooks.example.com/hook",
    "",
  ])("%s", async (url) => {
    expect(await findTarget(url, publicOnes)).toMatchObject({ outcome: "forbidden" });
  });
});

describe("names that lead inside", () => {
  test.each([
    ["127.0.0.1"],
    ["10.1.2.3"],
    ["169.254.169.254"],
    ["100.64.3.2"],
    ["0.0.0.0"],
    ["::1"],
    ["fd12::1"],
    ["fe80::1%eth0"],
    ["::ffff:10.0.0.1"],
    ["64:ff9b::a00:1"],
    // A public address does not make the private one beside it better.
    ["93.184.215.14", "192.168.0.10"],
    ["2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::1"],
    ["no address at all"],
  ])("%s", async (...addresses) => {
    const result = await findTarget("https://leads.example/hook", looking(...addresses));
    expect(result).toMatchObject({ outcome: "forbidden" });
  });
});

describe("targets that are called", () => {
  test.each([
    "https://hooks.example.com/hook?token=1",
    "https://hooks.example.com:443/",
    "https://hooks.example.com:8443/hook",
    "https://hooks.example.com:3000/hook",
    "https://bücher.example/hook",
    "HTTPS://Hooks.Example.COM/hook",
    "https://93.184.215.14/hook",
    "https://8.8.8.8:8443/hook",
    "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/hook",
    "https://internal.example.com/hook",
    "https://localhost.example.com/hook",
  ])("%s", async (url) => {
    expect(await findTarget(url, publicOnes)).toMatchObject({ addresses: expect.any(Array) });
  });

  test("all addresses of the name are kept, for the connection to choose from", async () => {
    const found = await findTarget("https://leads.example/", publicOnes);
    expect(found).toMatchObject({
      addresses: ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
    });
  });
});

test("a name without addresses, and a silent name server, are worth another try", async () => {
  expect(await findTarget("https://leads.example/", looking())).toMatchObject({
    outcome: "unreached",
  });
  const silent = { resolve: () => Promise.reject(new Error("SERVFAIL")), allowsThisMachine: false };
  expect(await findTarget("https://leads.example/", silent)).toMatchObject({
    outcome: "unreached",
  });
});

describe("on a machine where things are tried out", () => {
  const here = { ...publicOnes, allowsThisMachine: true };

  test.each([
    "http://127.0.0.1:4001/hook",
    "https://127.0.0.1/",
    "http://localhost:4001/",
    "http://[::1]:1/",
  ])("%s is called", async (url) => {
    expect(await findTarget(url, here)).toMatchObject({ addresses: [expect.any(String)] });
  });

  test.each([
    "http://10.0.0.1/",
    "http://hooks.example.com/",
    "ftp://127.0.0.1/",
    "http://0.0.0.0/",
  ])("%s is not", async (url) => {
    expect(await findTarget(url, here)).toMatchObject({ outcome: "forbidden" });
  });

  test("a name that leads to this machine is none of its names", async () => {
    const result = await findTarget("https://leads.example/", {
      ...looking("127.0.0.1"),
      allowsThisMachine: true,
    });
    expect(result).toMatchObject({ outcome: "forbidden" });
  });
});

test("no reason repeats the address, which may hold a secret", async () => {
  const result = await findTarget("https://10.0.0.1/services/the-secret", publicOnes);
  expect(JSON.stringify(result)).not.toContain("the-secret");
});
