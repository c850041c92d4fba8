import { createHmac, randomUUID } from "node:crypto";

import type { AccessTokens } from "#shared/kit/oauth.ts";
import { CalendarDate, instantOf, minuteMs } from "#shared/model/time.ts";
import type {
  ContractCase,
  ShortId,
  SourceStage,
} from "#shared/testing/connector-contract/contract-case.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";

import type { SeedEmployee } from "./seed.ts";
import { startBambooSimulator } from "./start-bamboohr-simulator.ts";
import type { BambooSimulator } from "./start-bamboohr-simulator.ts";

const apiKey = "key-of-the-simulator";
const longAgo = instantOf(Date.UTC(2026, 10, 1, 8));

/** A chief without a unit of their own, and everybody else in one of two teams of one department. */
function employee(number: number) {
  const isChief = number === 1;
  return {
    id: String(number),
    employeeNumber: `E${number}`,
    firstName: "Employee",
    lastName: `Number ${number}`,
    workEmail: `employee.${number}@acme.example`,
    division: isChief ? null : "Product",
    department: isChief ? null : number % 2 === 0 ? "Engineering" : "Design",
    supervisorEId: isChief ? null : "1",
    ...(number === 3 && { jobInfo: movesAhead }),
    lastChanged: longAgo,
  };
}

/** Somebody who will be the first of a department that nobody is in yet. */
const movesAhead: SeedEmployee["jobInfo"] = [
  { date: CalendarDate.parse("2026-11-01"), department: "Design" },
  { date: CalendarDate.parse("2029-02-01"), department: "Ledger" },
].map((row) => ({
  ...row,
  division: "Product",
  location: null,
  jobTitle: null,
  supervisorEId: "1",
}));

const company: ShortId = "org-unit /";
const division: ShortId = "org-unit /Product";
const engineering: ShortId = "org-unit /Product/Engineering";
const design: ShortId = "org-unit /Product/Design";
const ahead: ShortId = "org-unit /Product/Ledger";
const units: readonly ShortId[] = [company, division, engineering, design, ahead];

/** Access tokens of somebody's consent, each for an hour. */
function consentTo(simulator: BambooSimulator, clock: ManualClock): AccessTokens {
  const { clientId, clientSecret } = simulator.state.seed.oauthApp;
  let held = { token: "", untilMs: 0 };
  return {
    app: { clientId, clientSecret },
    read: async ({ refused } = {}) => {
      if (held.token !== refused && clock.nowMs() < held.untilMs) return held.token;
      const [code, token, refreshToken] = [randomUUID(), randomUUID(), randomUUID()];
      const redirectUri = "https://hub.example/consents/return";
      simulator.perform({ kind: "authorizeApp", code, redirectUri });
      simulator.perform({ kind: "redeemCode", code, accessToken: token, refreshToken });
      held = { token, untilMs: clock.nowMs() + 50 * minuteMs };
      return token;
    },
  };
}

async function start(size: "small" | "several-pages"): Promise<SourceStage> {
  const clock = new ManualClock("2026-11-21T08:00:00.000Z");
  const count = size === "small" ? 6 : 130;
  const employees = Array.from({ length: count }, (_, index) => employee(index + 1));
  const seed = { companyDomain: "acme", apiKey, employees };
  const simulator = await startBambooSimulator({ seed, clock });
  let renamed = 0;
  return {
    url: simulator.url,
    clock,
    faults: simulator.faults,
    settings: (root) => ({ companyDomain: "acme", apiKey, baseUrl: `${root}/api` }),
    collections: {
      employees: {
        facts: [...employees.map(({ id }): ShortId => `person ${id}`), ...units],
        unknown: "person 99999",
        isIncremental: true,
        change: {
          of: "person 4",
          brings: [company, division, engineering],
          perform: () => {
            renamed += 1;
            return simulator.perform({ kind: "rename", id: "4", lastName: `Renamed ${renamed}` });
          },
        },
        remove: { of: "person 5", perform: () => simulator.perform({ kind: "delete", id: "5" }) },
      },
    },
    variants: [
      {
        what: "by consent",
        settings: () => ({ apiKey: undefined }),
        tokens: consentTo(simulator, clock),
      },
    ],
    settle: () => simulator.settle(),
    close: () => simulator.close(),
  };
}

const list = "/api/v1/employees";

export const contractCase: ContractCase = {
  source: {
    start,
    paged: ["employees"],
    refused: [
      {
        what: "a wrong API key",
        settings: { apiKey: "not-the-key-of-it" },
        codes: ["connector.unauthorized"],
      },
      {
        what: "a host where nobody listens",
        settings: { baseUrl: "http://127.0.0.1:9/api" },
        codes: ["connector.unreachable"],
      },
    ],
    apiPath: "/api/",
    drifts: [
      {
        collection: "employees",
        request: list,
        at: ["data", 0, "employeeId"],
        says: "data.0.employeeId",
      },
      { collection: "employees", request: list, at: ["meta", "page"], says: "meta.page" },
    ],
    openEnums: [
      { collection: "employees", request: `${list}/2`, at: ["status"], value: "On the moon" },
      {
        collection: "employees",
        request: `${list}/2`,
        at: ["employmentHistoryStatus"],
        value: "Ambassador",
      },
    ],
    overlapMinutes: 5,
    document: {
      file: ["openapi", "bamboohr-public.yaml"],
      pathOf: (path) => path,
      outside: [],
      operationsMin: 12,
      knownErrors: [
        {
          in: "request",
          method: "GET",
          path: "/api/v1/employees",
          says: "Invalid security scheme used",
          why: "The only operation of ours for which the document names OAuth alone; documentation.bamboohr.com/docs/getting-started gives API keys to all of version 1 (2026-11)",
        },
      ],
    },
    webhooks: [
      {
        isBodySigned: true,
        collection: "employees",
        sign: (body, secret) => {
          const timestamp = String(Math.floor(Date.parse("2026-11-21T08:00:00.000Z") / 1000));
          return {
            "x-bamboohr-timestamp": timestamp,
            "x-bamboohr-signature": createHmac("sha256", secret)
              .update(`${body}${timestamp}`)
              .digest("hex"),
          };
        },
      },
    ],
  },
};
