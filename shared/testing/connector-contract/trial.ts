import { afterEach, expect } from "vitest";

import type { Connector, Source } from "#shared/kit/connector.ts";
import { secretFields } from "#shared/kit/connector.ts";
import { type ConnectionId, connectionId, factId, FactType } from "#shared/model/ids.ts";
import type { FactId } from "#shared/model/ids.ts";
import { minuteMs } from "#shared/model/time.ts";
import { createSilentLogger } from "#shared/testing/silent-logger.ts";
import { sourceContext } from "#shared/testing/source-context.ts";

import type {
  CollectionCase,
  ShortId,
  SourceCase,
  SourceStage,
  TypedSettings,
  Variant,
} from "./contract-case.ts";
import { type Relay, startRelay } from "./relay.ts";
import { Witness } from "./witness.ts";

/** What the parts of the contract are given: the connector and its case. */
export interface Candidate {
  readonly connector: Connector;
  readonly sourceCase: SourceCase;
  /** Starts the tool for one test; everything ends with it, and what was let out is judged. */
  readonly begin: (size?: "small" | "several-pages") => Promise<Trial>;
}

/** One test's own tool, and sources that read it. */
export interface Trial {
  readonly stage: SourceStage;
  readonly witness: Witness;
  readonly connectionId: ConnectionId;
  /** A fresh source, as each invocation of a function has it; with some settings changed if wanted. */
  open(changed?: TypedSettings): Promise<Source>;
  /** By one of the other ways to connect that the case has. */
  openBy(variant: string | undefined): Promise<Source>;
  /** The same, through a relay that stands before the tool. */
  openThrough(relay: Relay, changed?: TypedSettings | Variant): Promise<Source>;
  relay(): Promise<Relay>;
  collection(name: string): CollectionCase;
  /** How far back a run looks over the one before. */
  readonly overlapMs: number;
  id(short: ShortId): FactId;
}

/** Call it inside of a `describe`. */
export function candidate(connector: Connector, sourceCase: SourceCase): Candidate {
  const running: { close(): Promise<void> }[] = [];
  const witnesses: Witness[] = [];
  afterEach(async () => {
    for (const each of running.splice(0).toReversed()) await each.close();
    const findings = witnesses.splice(0).flatMap((witness) => witness.findings());
    expect(findings, "a log line or a message holds what nobody may read there").toEqual([]);
  });
  return {
    connector,
    sourceCase,
    begin: async (size = "small") => {
      const stage = await sourceCase.start(size);
      running.push(stage);
      const witness = new Witness();
      witnesses.push(witness);
      return trialOf(connector, stage, {
        witness,
        overlapMs: sourceCase.overlapMinutes * minuteMs,
        keep: (relay) => {
          running.push(relay);
        },
      });
    },
  };
}

interface Keeping {
  readonly witness: Witness;
  readonly overlapMs: number;
  readonly keep: (relay: Relay) => void;
}

function trialOf(
  connector: Connector,
  stage: SourceStage,
  { witness, overlapMs, keep }: Keeping,
): Trial {
  const id = connectionId("0123456789");
  const openAt = async (root: string, as: TypedSettings | Variant = {}): Promise<Source> => {
    const { settings: changed, tokens } = isVariant(as)
      ? { settings: as.settings(root), tokens: as.tokens }
      : { settings: as };
    const typed = { ...stage.settings(root), ...changed };
    const settings = connector.settings.parse(typed);
    for (const name of secretFields(connector)) witness.keepSecret(settings[name]);
    const build = await connector.source?.();
    if (!build) throw new Error(`${connector.name} has a case for a source and is none`);
    const logger = createSilentLogger(witness.lines);
    const { clock } = stage;
    // Parsed by this connector's own schema just now, which is what its factory was typed with.
    const context = {
      connectionId: id,
      settings: settings as never,
      clock,
      logger,
      ...(tokens && { tokens }),
      ...(stage.kept && { kept: stage.kept(root) }),
    };
    return witness.watch(build(sourceContext<never>(context)));
  };
  return {
    stage,
    witness,
    overlapMs,
    connectionId: id,
    open: (changed) => openAt(stage.url, changed),
    openBy: (what) => {
      const variant = stage.variants?.find((each) => each.what === what);
      if (what !== undefined && !variant) throw new Error(`the case has no variant “${what}”`);
      return openAt(stage.url, variant);
    },
    openThrough: (relay, changed) => openAt(relay.url, changed),
    relay: async () => {
      const relay = await startRelay(stage.url);
      keep(relay);
      return relay;
    },
    collection: (name) => {
      const found = stage.collections[name];
      if (found) return found;
      throw new Error(
        `The contract case of ${connector.name} says nothing of its collection “${name}”: add it to ` +
          `\`collections\` in connectors/${connector.name}/simulator/contract-case.ts`,
      );
    },
    id: (short) => {
      const [type, native] = splitShort(short);
      return factId(type, connector.name, id, native);
    },
  };
}

function isVariant(as: TypedSettings | Variant): as is Variant {
  return typeof as["settings"] === "function";
}

function splitShort(short: ShortId): readonly [FactType, string] {
  const at = short.indexOf(" ");
  return [FactType.parse(short.slice(0, at)), short.slice(at + 1)];
}
