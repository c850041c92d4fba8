import { describe, expect, test } from "vitest";

import { type ErrorCode, HubError, isRetryable } from "#shared/errors.ts";
import type { Gap, Presence, Source } from "#shared/kit/connector.ts";

import { enumerateAll, failureOf, pullAll } from "./reads.ts";
import type { Candidate, Trial } from "./trial.ts";

type Fault = Parameters<Trial["stage"]["faults"]["arm"]>[0];

const usualMeanings: Readonly<Record<number, readonly ErrorCode[]>> = {
  401: ["connector.unauthorized"],
  403: ["connector.forbidden"],
  404: ["connector.not-found"],
};
const retryableCodes: readonly ErrorCode[] = [
  "connector.unavailable",
  "connector.unreachable",
  "connector.rate-limited",
];

/** Each failure of the tool is named, so that the hub knows whether to wait, to stop or to ask a person. */
export function failureContract({ connector, sourceCase, begin }: Candidate): void {
  const { apiPath } = sourceCase;
  const calls = callsOf(connector.collections.map(({ name }) => name));

  test.each(sourceCase.refused)("$what is refused when connecting", async ({ settings, codes }) => {
    const trial = await begin();
    const failure = await failureOf((await trial.open(settings)).probe());
    expect(failure).toBeInstanceOf(HubError);
    expect(codes).toContain(failure instanceof HubError && failure.code);
    // A sentence that says what to do.
    expect(String(failure)).toMatch(/\w+ \w+ \w+ \w+/u);
  });

  describe.each(calls)("$what", ({ call, mayPass = false }) => {
    async function failing(fault: Fault): Promise<unknown> {
      const trial = await begin();
      const source = await trial.open();
      trial.stage.faults.arm(fault);
      return failureOf(call(source, trial));
    }
    const onRequest = { on: "request", pathPrefix: apiPath } as const;

    test("429 says how long to wait", async () => {
      expect(
        await failing({ ...onRequest, kind: "status", status: 429, retryAfterSeconds: 7 }),
      ).toMatchObject({ code: "connector.rate-limited", retryAfterMs: 7000 });
    });

    test.each([
      { kind: "status", status: 500 },
      { kind: "status", status: 502 },
      { kind: "status", status: 503 },
      { kind: "status", status: 504 },
      { kind: "reset" },
      { kind: "truncate" },
    ] as const)("%o may pass by itself", async (fault) => {
      const failure = await failing({ ...onRequest, ...fault });
      expect(retryableCodes).toContain(failure instanceof HubError ? failure.code : failure);
    });

    test("401 is a dead credential, never an empty tool", async () => {
      expect(await failing({ ...onRequest, kind: "status", status: 401 })).toMatchObject({
        code: "connector.unauthorized",
      });
    });

    test("an answer that is no data is never an empty tool", async () => {
      const trial = await begin();
      const relay = await trial.relay();
      const source = await trial.openThrough(relay);
      relay.meddle(() => "<html>a page instead</html>");
      const failure = await failureOf(call(source, trial));
      // What looks at nothing but the status may pass, as long as it calls nothing gone or read.
      if (mayPass && failure === undefined) return;
      expect(failure).toBeInstanceOf(HubError);
      expect(isRetryable(failure)).toBe(false);
    });
  });

  describe.each([402, 403, 404, 410])("status %i", (status) => {
    const expected = sourceCase.meanings?.[status] ?? usualMeanings[status];
    const reads = calls.filter(({ isPull }) => isPull);
    test.each(reads)("$what: it is named, or a gap; waiting does not help", async ({ call }) => {
      const trial = await begin();
      const source = await trial.open();
      trial.stage.faults.arm({ on: "request", kind: "status", status, pathPrefix: apiPath });
      let gaps: readonly Gap[] = [];
      const failure = await failureOf(
        (async () => {
          gaps = await call(source, trial);
        })(),
      );
      const isNamed =
        failure instanceof HubError &&
        !isRetryable(failure) &&
        (expected?.includes(failure.code) ?? true);
      expect({
        failure,
        gaps,
        isSaid: isNamed || (failure === undefined && gaps.length > 0),
      }).toEqual({ failure, gaps, isSaid: true });
    });
  });

  test.each(connector.collections)(
    "$name: what the account is not allowed to see is never called gone",
    async ({ name }) => {
      const trial = await begin();
      const source = await trial.open();
      trial.stage.faults.arm({ on: "request", kind: "status", status: 403, pathPrefix: apiPath });
      const ids = trial.collection(name).facts.map(trial.id);
      let presence: readonly Presence[] = [];
      const failure = await failureOf(
        (async () => {
          presence = [...(await source.confirm(name, ids)).values()];
        })(),
      );
      expect(failure !== undefined && isRetryable(failure)).toBe(false);
      expect(presence).toEqual(failure === undefined ? ids.map(() => "hidden") : []);
    },
  );
}

interface Call {
  readonly what: string;
  readonly isPull: boolean;
  readonly mayPass?: boolean;
  /** Answers what it could not see. */
  readonly call: (source: Source, trial: Trial) => Promise<readonly Gap[]>;
}

function callsOf(names: readonly string[]): readonly Call[] {
  const probe: Call = {
    what: "probe",
    isPull: true,
    call: async (source) => (await source.probe()).gaps,
  };
  return [probe, ...names.flatMap(callsOfCollection)];
}

function callsOfCollection(name: string): readonly Call[] {
  const idsOf = (trial: Trial) => trial.collection(name).facts.slice(0, 3).map(trial.id);
  const nothing = async (task: Promise<unknown>) => {
    await task;
    return [];
  };
  return [
    {
      what: `pull of ${name}`,
      isPull: true,
      call: async (source) => {
        const pages = await pullAll(source, name);
        // A record that could not be read is told of as well.
        const rejected = pages.flatMap((page) => page.rejected);
        return [
          ...pages.flatMap(({ gaps = [] }) => gaps),
          ...rejected.map(({ record, reason }) => ({ what: record, why: reason })),
        ];
      },
    },
    {
      what: `enumeration of ${name}`,
      isPull: false,
      call: (source) => nothing(enumerateAll(source, name)),
    },
    {
      what: `reading by id of ${name}`,
      isPull: false,
      mayPass: true,
      call: async (source, trial) => {
        const { rejected } = await source.readByIds(name, idsOf(trial));
        expect(rejected).not.toEqual([]);
        return [];
      },
    },
    {
      what: `confirmation of ${name}`,
      isPull: false,
      mayPass: true,
      call: async (source, trial) => {
        const presence = await source.confirm(name, idsOf(trial));
        for (const each of presence.values()) expect(each).not.toBe("gone");
        return [];
      },
    },
  ];
}
