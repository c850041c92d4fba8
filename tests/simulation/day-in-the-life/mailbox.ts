import type { Clock } from "#shared/ports/clock.ts";

export interface Letter {
  readonly id: string;
  readonly body: string;
  receives: number;
  visibleAtMs: number;
}

interface MailboxOptions {
  readonly clock: Clock;
  readonly maxReceives: number;
  /** How long a letter that was received and not taken out stays hidden, by how often it was received. */
  readonly hiddenMs: (receives: number) => number;
}

/** A queue: what is received and not taken out comes back, and is dead after its last time. */
export class Mailbox {
  readonly #options: MailboxOptions;
  #letters: Letter[] = [];
  #sent = 0;
  readonly dead: Letter[] = [];
  /** How often an operator put a dead letter back. */
  redriven = 0;

  constructor(options: MailboxOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#letters.length;
  }

  send(body: string, delaySeconds = 0): void {
    this.#sent += 1;
    const visibleAtMs = this.#options.clock.nowMs() + delaySeconds * 1000;
    this.#letters.push({ id: String(this.#sent), body, receives: 0, visibleAtMs });
  }

  receive(max: number): readonly Letter[] {
    const nowMs = this.#options.clock.nowMs();
    const found: Letter[] = [];
    for (const letter of this.#letters) {
      if (found.length === max) break;
      if (letter.visibleAtMs > nowMs) continue;
      found.push(letter);
    }
    const spent = found.filter(({ receives }) => receives >= this.#options.maxReceives);
    this.dead.push(...spent);
    this.takeOut(spent);
    const received = found.filter((letter) => !spent.includes(letter));
    for (const letter of received) {
      letter.receives += 1;
      letter.visibleAtMs = nowMs + this.#options.hiddenMs(letter.receives);
    }
    return received;
  }

  /** Dead letters begin anew, as an operator has it. */
  redrive(): void {
    this.redriven += this.dead.length;
    for (const { body } of this.dead.splice(0)) this.send(body);
  }

  takeOut(done: readonly Letter[]): void {
    if (done.length === 0) return;
    const gone = new Set(done);
    this.#letters = this.#letters.filter((letter) => !gone.has(letter));
  }
}
