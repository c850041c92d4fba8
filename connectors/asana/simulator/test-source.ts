import type { RequestListener } from "node:http";

import type { SourceContext } from "#shared/kit/connector.ts";
import type { LimitObservation, PlannedRequest } from "#shared/kit/request-budget.ts";
import { connectionId } from "#shared/model/ids.ts";
import { ManualClock } from "#shared/testing/manual-clock.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import { AsanaSettings } from "../settings.ts";
import { type AsanaSource, createAsanaSource } from "../source.ts";
import { exampleSeed } from "./example-seed.ts";
import { serving } from "./test-world.ts";

/** The same as that of `connectedSource`, so that its ids compare. */
export const testConnection = connectionId("asana00001");

/** Time goes on by itself when somebody sleeps; how long they slept is kept. */
export class SleepyClock extends ManualClock {
  readonly slept: number[] = [];

  override async sleep(ms: number): Promise<void> {
    this.slept.push(ms);
    this.advance(ms);
    await Promise.resolve();
  }
}

/** Lets everything through and keeps what it was told. */
export class WitnessBudget {
  readonly admitted: string[] = [];
  readonly refusals: NonNullable<LimitObservation["refusal"]>[] = [];

  async admit({ endpoint }: PlannedRequest): Promise<void> {
    this.admitted.push(endpoint);
    await Promise.resolve();
  }

  async observe(_request: PlannedRequest, { refusal }: LimitObservation): Promise<void> {
    if (refusal) this.refusals.push(refusal);
    await Promise.resolve();
  }
}

type Given = Partial<Omit<SourceContext<AsanaSettings>, "settings" | "clock">> & {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly clock: ManualClock;
};

/** A source with these settings beside the example's token and workspace, in this context. */
export function testSource({ settings, ...given }: Given): AsanaSource {
  const workspaces = exampleSeed.workspaces.map(({ gid }) => gid);
  const full = { token: exampleSeed.token, workspaces, ...settings };
  return createAsanaSource(
    sourceContext({
      connectionId: testConnection,
      settings: AsanaSettings.parse(full),
      ...given,
    }),
  );
}

/** Passes reads on and shows each to the test. Answers the root of the server. */
export function recordingProxy(
  target: string,
  see: (method: string, url: URL) => void,
): Promise<string> {
  const pass: RequestListener = (request, response) => {
    const url = new URL(request.url ?? "/", target);
    see(request.method ?? "GET", url);
    const headers = { authorization: request.headers.authorization ?? "" };
    const asking = fetch(url, { headers });
    void asking.then(async (answer) => {
      response.statusCode = answer.status;
      response.setHeader("content-type", "application/json");
      return response.end(await answer.text());
    });
  };
  return serving(pass);
}
