import { createHmac } from "node:crypto";

import type {
  CollectionCase,
  ContractCase,
  ShortId,
  SourceStage,
} from "#shared/testing/connector-contract/contract-case.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import { startHibobSimulator } from "./start-hibob-simulator.ts";
import type { HibobSimulator } from "./start-hibob-simulator.ts";

const serviceUserId = "SERVICE-4711";
const serviceUserToken = "token-of-the-simulator";
const team = "column_1655996461265";

/** A chief without a department, and everybody else in one of two teams of one department. */
function employee(number: number) {
  const isChief = number === 1;
  return {
    id: String(1000 + number),
    firstName: "Employee",
    surname: `Number ${number}`,
    email: `employee.${number}@acme.example`,
    employeeIdInCompany: `E${number}`,
    startDate: "2024-01-01",
    work: [
      {
        effectiveDate: "2024-01-01",
        department: isChief ? null : "501",
        site: "Lisbon",
        title: "77",
        reportsTo: isChief ? null : "1001",
        customColumns: { [team]: isChief ? null : number % 2 === 0 ? "601" : "602" },
      },
    ],
    secrets: { "payroll.salary.payment": "90000" },
  };
}

const company: ShortId = "org-unit /";
const department: ShortId = "org-unit /501";
const teams: readonly ShortId[] = ["org-unit /501/601", "org-unit /501/602"];

async function start(size: "small" | "several-pages"): Promise<SourceStage> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const count = size === "small" ? 6 : 230;
  const employees = Array.from({ length: count }, (_, index) => employee(index + 1));
  const simulator = await startHibobSimulator({
    clock,
    // The clock of the contract stands still while it asks hundreds of times.
    requestsPerMinute: 1_000_000,
    seed: {
      serviceUserId,
      serviceUserToken,
      departments: [{ id: "501", value: "Product" }],
      customColumns: [
        {
          id: team,
          name: "Team",
          items: [
            { id: "601", value: "Payments" },
            { id: "602", value: "Design" },
          ],
        },
      ],
      employees,
    },
  });
  return {
    url: simulator.url,
    clock,
    faults: simulator.faults,
    settings: (root) => ({
      serviceUserId,
      serviceUserToken,
      orgLevels: ["work.department", `work.customColumns.${team}`],
      companyName: "Acme",
      webhookSecret: "secret-of-some-webhook",
      baseUrl: root,
    }),
    collections: {
      people: peopleCase(
        simulator,
        employees.map(({ id }) => id),
      ),
    },
    addWebhook: (url) => simulator.addWebhook(url),
    settle: () => simulator.settle(),
    close: () => simulator.close(),
  };
}

function peopleCase(simulator: HibobSimulator, ids: readonly string[]): CollectionCase {
  let renamed = 0;
  return {
    facts: [...ids.map((id): ShortId => `person ${id}`), company, department, ...teams],
    unknown: "person 99999",
    isIncremental: false,
    change: {
      of: "person 1004",
      perform: () => {
        renamed += 1;
        simulator.perform({ kind: "rename", id: "1004", surname: `Renamed ${renamed}` });
      },
    },
    remove: {
      of: "person 1005",
      perform: () => simulator.perform({ kind: "delete", id: "1005" }),
    },
    hide: {
      of: "person 1006",
      perform: () => simulator.perform({ kind: "hide", employees: ["1006"] }),
    },
  };
}

const search = "/v1/people/search";
const work = "/v1/bulk/people/work";

export const contractCase: ContractCase = {
  source: {
    start,
    paged: ["people"],
    refused: [
      {
        what: "a wrong token",
        settings: { serviceUserToken: "not-the-token-of-it" },
        codes: ["connector.unauthorized"],
      },
      {
        what: "a host where nobody listens",
        settings: { baseUrl: "http://127.0.0.1:9" },
        codes: ["connector.unreachable"],
      },
    ],
    apiPath: "/v1/",
    drifts: [
      {
        collection: "people",
        request: search,
        at: ["employees", 0, "id"],
        says: "employees.0.id",
      },
      {
        collection: "people",
        request: work,
        at: ["response_metadata", "next_cursor"],
        says: "response_metadata.next_cursor",
      },
      {
        collection: "people",
        request: work,
        at: ["results", 0, "values", 0, "effectiveDate"],
        says: "work.0.effectiveDate",
      },
    ],
    openEnums: [
      {
        collection: "people",
        request: "/v1/company/people/fields",
        at: [9, "type"],
        value: "hierarchy-of-the-future",
      },
      {
        collection: "people",
        request: work,
        at: ["results", 0, "values", 0, "workChangeType"],
        value: "Sabbatical on the moon",
      },
    ],
    overlapMinutes: 0,
    webhooks: [
      {
        isBodySigned: true,
        isAddedByHand: true,
        collection: "people",
        sign: (body, secret) => ({
          "bob-signature": createHmac("sha512", secret).update(body).digest("base64"),
        }),
      },
    ],
  },
};
