import { describe, expect, test } from "vitest";

import { planRequest, pointsOf } from "./points.ts";

describe("what a request is planned as", () => {
  test.each([
    ["POST", "/rest/api/3/search/jql", { maxResults: 100 }, "POST /search/jql", 101],
    [
      "POST",
      "/rest/api/3/issue/bulkfetch",
      { issueIdsOrKeys: ["1", "2"] },
      "POST /issue/bulkfetch",
      3,
    ],
    ["GET", "/rest/api/3/issue/10001?fields=id", undefined, "GET /issue/{}", 2],
    ["GET", "/rest/api/3/issue/PAY-12/remotelink", undefined, "GET /issue/{}/remotelink", 1],
    ["PUT", "/rest/api/3/issue/10001/properties/a.b-c", {}, "PUT /issue/{}/properties/{}", 1],
    ["GET", "/rest/api/3/myself", undefined, "GET /myself", 3],
    [
      "DELETE",
      "/rest/webhooks/1.0/webhook/7",
      undefined,
      "DELETE /rest/webhooks/1.0/webhook/{}",
      1,
    ],
    ["PUT", "/rest/api/3/webhook/refresh", {}, "PUT /webhook/refresh", 1],
  ])("%s %s", (...[method, url, body, endpoint, points]) => {
    expect(planRequest({ method, url, body })).toEqual({ endpoint, points });
  });

  test("people cost twice as much as other objects", () => {
    const url = "/rest/api/3/users/search";
    const planned = planRequest({ method: "GET", url, searchParams: { maxResults: 1000 } });
    expect(planned.points).toBe(2001);
    expect(pointsOf(planned, [{}, {}])).toBe(5);
  });

  test("a page that is not full costs what it shows", () => {
    const url = "/rest/api/3/search/jql";
    const planned = planRequest({ method: "POST", url, body: { maxResults: 5000 } });
    expect(pointsOf(planned, { issues: [{}, {}] })).toBe(3);
    expect(pointsOf(planned, undefined)).toBe(5001);
  });
});
