import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const documents = globSync("{*.md,{docs,connectors,shared,functions,infra}/**/*.md}", {
  cwd: root,
});

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

/** `[text](target)` and `![text](target)`, without the web's addresses, anchors and titles. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)[^)]*\)/gu)]
    .map((match) => (match[1] ?? "").replace(/#.*$/u, ""))
    .filter((target) => target !== "" && !/^[a-z]+:/u.test(target));
}

/** Paths in code spans that begin with a folder of ours; patterns and placeholders are not paths. */
function pathsOf(text: string): string[] {
  const folders = "(?:connectors|docs|functions|infra|shared|tests)";
  return [...text.matchAll(new RegExp(`\`(?:\\./)?(${folders}/[^\`\\s]*)\``, "gu"))]
    .map((match) => (match[1] ?? "").replace(/:\d+$/u, ""))
    .filter((path) => !/[<>{}*…]/u.test(path));
}

/** Names of scripts in `npm run x`, `npm start`, `npm test`. */
function scriptsOf(text: string): string[] {
  return [...text.matchAll(/\bnpm (?:run ([a-z][\w:-]*)|(start|test)\b)/gu)].map(
    (match) => match[1] ?? match[2] ?? "",
  );
}

describe("the documents", () => {
  test("every path they name exists", () => {
    const missing = documents.flatMap((file) => {
      const text = read(file);
      const fromFile = linksOf(text).filter(
        (target) => !existsSync(join(root, dirname(file), target)),
      );
      const fromRoot = pathsOf(text).filter((target) => !existsSync(join(root, target)));
      return [...fromFile, ...fromRoot].map((target) => `${file}: ${target}`);
    });
    expect(missing).toEqual([]);
  });

  test("every npm script they name exists", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    const missing = documents.flatMap((file) =>
      scriptsOf(read(file))
        .filter((name) => scripts[name] === undefined)
        .map((name) => `${file}: npm run ${name}`),
    );
    expect(missing).toEqual([]);
  });

  test("the readers of links, paths and scripts find them", () => {
    const text =
      'See [a](docs/a.md#part), ![b](b.png "b"), [web](https://example.org), `infra/x.ts:12`, ' +
      "`connectors/<name>/`, `npm run verify`, then npm test.";
    expect(linksOf(text)).toEqual(["docs/a.md", "b.png"]);
    expect(pathsOf(text)).toEqual(["infra/x.ts"]);
    expect(scriptsOf(text)).toEqual(["verify", "test"]);
  });
});

describe("the repository", () => {
  // One letter of each in brackets, so that this file does not find itself.
  const foreign = /registry\.npm[j]s|deb\.debia[n]|(?<![\w.~-])\/(?:roo[t]|hom[e])\//u;
  const temporary = /(?<![\w.~-])\/tm[p]\//u;

  function trackedFiles(): string[] {
    // Where git is absent (a source archive) every file counts as tracked.
    try {
      const output = execFileSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
      return output.split("\0").filter((file) => file !== "" && existsSync(join(root, file)));
    } catch {
      return globSync("{*,{connectors,docs,functions,infra,shared,tests}/**/*}.{ts,json,md,mjs}", {
        cwd: root,
      });
    }
  }

  test("no file names a registry or a path of somebody's machine", () => {
    const offenders = trackedFiles()
      .filter((file) => !/\.(?:png|jpg|webp|ico|woff2?)$/u.test(file))
      .flatMap((file) => {
        const isTest = file.startsWith("tests/") || file.includes(".test.");
        return read(file)
          .split("\n")
          .filter((line) => foreign.test(line) || (!isTest && temporary.test(line)))
          .map((line) => `${file}: ${line.trim().slice(0, 120)}`);
      });
    expect(offenders).toEqual([]);
  });
});
