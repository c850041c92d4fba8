import type { Page } from "playwright-core";
import { expect, test } from "vitest";

import { look, usePages, widths } from "./use-pages.ts";

/* Uploading files in a real browser, without any script. */

const pages = usePages();

async function choose(page: Page, name: string, content: string): Promise<void> {
  const file = { name, mimeType: "text/csv", buffer: Buffer.from(content) };
  await page.getByLabel("File", { exact: true }).setInputFiles(file);
  await page.getByRole("button", { name: "Look at it" }).click();
}

const good = [
  "Personalnummer;Vorname;Nachname;E-Mail;Vorgesetzter;Abteilung;Eintritt;Gehalt",
  ...Array.from({ length: 12 }, (_, at) => {
    const manager = at === 0 ? "" : "p0@north.example";
    return `${100 + at};Person;Nummer ${at};p${at}@north.example;${manager};Abteilung ${at % 3};01.0${1 + (at % 9)}.2024;${at}`;
  }),
];

test.each(widths)(
  "a file is looked at, corrected, applied and undone (%i px)",
  async (width) => {
    const page = await pages.open(width);
    await page.goto(pages.url(`/connections`));
    await page.getByRole("link", { name: "Upload files" }).click();
    await look(page, `uploads-${width}`);

    await choose(
      page,
      "personal.csv",
      good.join("\r\n").replace("p0@north", "p99@north").replace("01.02.2024", "01.02.24"),
    );
    expect(await page.getByRole("heading", { level: 2 }).first().innerText()).toMatch(/mistakes/u);
    expect(await page.getByText("the year has two digits").count()).toBe(1);
    await look(page, `mistakes-${width}`);

    await page.getByRole("link", { name: "Uploads" }).click();
    await choose(page, "personal.csv", good.join("\r\n"));
    await look(page, `preview-${width}`);
    await page.getByRole("button", { name: "Apply the file" }).click();
    expect(await page.getByRole("status").innerText()).toContain("Applied");

    await choose(page, "kurz.csv", good.slice(0, 4).join("\r\n"));
    expect(await page.getByText("More than 30 % vanish").count()).toBe(1);
    await look(page, `vanishing-${width}`);
    await page.getByLabel(/More than 30 % vanish/u).check();
    await page.getByRole("button", { name: "Apply the file" }).click();
    await look(page, `applied-${width}`);
    await page.getByText("Return to the former file").click();
    await page.getByRole("button", { name: "Return to personal.csv" }).click();
    expect(await page.getByText("Undone: personal.csv").count()).toBeGreaterThan(0);
    await page.close();
  },
  60_000,
);

test("no file, and no table, are refused beside the form", async () => {
  const page = await pages.open(1280);
  await page.goto(pages.url(`/uploads`));
  await choose(page, "broken.csv", 'id,name\n1,"never closed');
  expect(await page.getByRole("alert").innerText()).toContain("line 2");
  await page.close();
});
