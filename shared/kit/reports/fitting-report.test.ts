import { expect, test } from "vitest";

import { DispatchReport } from "#shared/model/notification.ts";

import { fittingReport } from "./fitting-report.ts";

const long = "x".repeat(5000);

test("a report that is kept can be read again, however long its names are and however many", () => {
  const lines = Array.from({ length: 60 }, () => ({
    text: long,
    url: `https://hub.example/${long}`,
  }));
  const sections = Array.from({ length: 50 }, () => ({ title: long, lines, more: 3 }));
  const kept = fittingReport({ sentence: long, sections });
  expect(DispatchReport.safeParse(kept).error).toBeUndefined();
  expect(kept.sections[0]).toMatchObject({ more: 13 });
  expect(kept.sections[0]?.lines[0]).toEqual({ text: expect.stringMatching(/^x+…$/u) });
});

test("what fits stays as it is", () => {
  const report = {
    sentence: "2 findings",
    sections: [{ title: "New", lines: [{ text: "One", url: "https://hub.example/1" }], more: 1 }],
  };
  expect(fittingReport(report)).toEqual(report);
});
