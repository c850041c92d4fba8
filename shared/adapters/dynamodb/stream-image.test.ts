import { expect, test } from "vitest";

import { readStreamRecord } from "./stream-image.ts";

// Shapes: docs.aws.amazon.com/lambda/latest/dg/with-ddb.html, 2026-11
const record = (dynamodb: object) => ({
  eventID: "1",
  eventName: "MODIFY",
  eventSource: "aws:dynamodb",
  dynamodb: { SequenceNumber: "111", StreamViewType: "NEW_AND_OLD_IMAGES", ...dynamodb },
});
const image = (v: string) => ({
  pk: { S: "p" },
  sk: { S: "s" },
  v: { N: v },
  data: { M: { list: { L: [{ NULL: true }, { BOOL: false }, { S: "" }] } } },
});
const item = (v: number) => ({ pk: "p", sk: "s", v, data: { list: [null, false, ""] } });

test("an insert has only the new image, a removal only the old one, a change both", () => {
  expect(readStreamRecord(record({ NewImage: image("1") }))).toEqual({
    sequenceNumber: "111",
    after: item(1),
  });
  expect(readStreamRecord(record({ OldImage: image("1") }))).toEqual({
    sequenceNumber: "111",
    before: item(1),
  });
  expect(readStreamRecord(record({ OldImage: image("1"), NewImage: image("2.5") }))).toEqual({
    sequenceNumber: "111",
    before: item(1),
    after: item(2.5),
  });
});

test("a change that changed nothing is read like any other", () => {
  const { before, after } = readStreamRecord(
    record({ OldImage: image("1"), NewImage: image("1") }),
  );
  expect(before).toEqual(after);
});

test("something else than a stream record is refused", () => {
  expect(() => readStreamRecord({ dynamodb: {} })).toThrow(/SequenceNumber/u);
  expect(() => readStreamRecord(record({ NewImage: { sk: { S: "s" } } }))).toThrow(
    /without its key/u,
  );
});
