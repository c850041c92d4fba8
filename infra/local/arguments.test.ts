import { expect, test } from "vitest";

import { readArguments } from "./arguments.ts";

test("the sample company and an empty hub never share their data by default", () => {
  const sample = readArguments([]);
  const empty = readArguments(["--no-sample"]);
  expect(sample).toMatchObject({ withSample: true, port: 4747 });
  expect(empty).toMatchObject({ withSample: false });
  expect("dataDir" in sample && "dataDir" in empty && sample.dataDir !== empty.dataDir).toBe(true);
});

test.each([
  [["--port", "x"], "--port takes a whole number from 0 to 65535, not “x”"],
  [["--port", "99999"], "--port takes a whole number from 0 to 65535, not “99999”"],
  [["--prot", "1"], "--prot"],
])(
  "a wrong command line %j is refused with a sentence that names the mistake",
  (args, sentence) => {
    const given = readArguments(args);
    expect("problem" in given ? given.problem : "").toContain(sentence);
  },
);
