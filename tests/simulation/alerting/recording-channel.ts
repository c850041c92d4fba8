import * as z from "zod";

import type { Connector } from "#shared/kit/connector.ts";
import { defineConnector } from "#shared/kit/connector.ts";
import type { Message, MessageTarget, NotifierTraits, SendOutcome } from "#shared/kit/notifier.ts";
import type { Instant } from "#shared/model/time.ts";
import type { Clock } from "#shared/ports/clock.ts";

/** What was shown to somebody, and when. */
export interface Shown {
  readonly verb: "send" | "update";
  readonly at: Instant;
  /** The name of the channel through which it went. */
  readonly through: string;
  readonly target: MessageTarget | undefined;
  readonly message: Message;
  readonly receipt: string;
}

/** What a channel answers instead of taking it; `showsAll` the same, though it was shown. */
export type Answer = { readonly outcome: SendOutcome; readonly isShown?: boolean } | undefined;

/** Channels that remember what they showed, by the name in their settings. */
export class RecordingChannels {
  readonly shown: Shown[] = [];
  /** Calls, those that were not taken among them. */
  calls = 0;
  answer: (through: string, verb: Shown["verb"]) => Answer = () => undefined;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  connector(name: string, traits: NotifierTraits): Connector {
    return defineConnector({
      name,
      title: name,
      summary: "Remembers what it showed",
      settings: z.object({ channel: z.string() }),
      collections: [],
      providesGoals: () => false,
      notifierTraits: () => traits,
      notifier:
        async () =>
        ({ channel }) => ({
          probe: async () => ({ identity: channel }),
          send: async (message, target) => this.#show(channel, { verb: "send", message, target }),
          update: async (receipt, message, target) =>
            this.#show(channel, { verb: "update", message, target, receipt }),
        }),
    });
  }

  #show(
    through: string,
    asked: Pick<Shown, "verb" | "message" | "target"> & { readonly receipt?: string },
  ): SendOutcome {
    this.calls += 1;
    const answer = this.answer(through, asked.verb);
    if (answer && answer.isShown !== true) return answer.outcome;
    const receipt = asked.receipt ?? `receipt ${this.shown.length}`;
    this.shown.push({ ...asked, through, receipt, at: this.#clock.now() });
    return answer?.outcome ?? { outcome: "sent", receipt };
  }
}
