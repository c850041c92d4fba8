import type { StatementSync } from "node:sqlite";

import { instantOf } from "#shared/model/time.ts";
import type { DeadLetter } from "#shared/ports/queue.ts";

import type { Journal } from "./journal.ts";

/** A message in the hands of a consumer. */
export interface ReceivedMessage {
  readonly id: number;
  readonly body: string;
  readonly sentAtMs: number;
  readonly receiveCount: number;
  readonly firstReceivedAtMs: number;
}

export interface NewMessage {
  readonly queue: string;
  readonly body: string;
  readonly visibleAtMs: number;
}

const schema = `
  CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    sentAtMs INTEGER NOT NULL,
    visibleAtMs INTEGER NOT NULL,
    receiveCount INTEGER NOT NULL DEFAULT 0,
    firstReceivedAtMs INTEGER,
    failure TEXT
  ) STRICT;
  CREATE INDEX IF NOT EXISTS messagesByVisibility ON messages (queue, visibleAtMs, id);
  CREATE TABLE IF NOT EXISTS deadLetters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    body TEXT NOT NULL,
    reason TEXT NOT NULL,
    receiveCount INTEGER NOT NULL,
    diedAtMs INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS deadLettersByQueue ON deadLetters (queue, id);
`;

type Row = ReturnType<StatementSync["get"]>;

/** The rows of all queues. Every change is one operation of the journal's group commit. */
export class QueueStore {
  readonly #journal: Journal;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(journal: Journal) {
    journal.database.exec(schema);
    this.#journal = journal;
    this.#statements = prepare(journal);
  }

  /** Resolves when all messages are on disk. */
  add(messages: readonly NewMessage[], nowMs: number): Promise<void> {
    return this.#journal.commit(() => {
      for (const { queue, body, visibleAtMs } of messages) {
        this.#statements.insert.run(queue, body, nowMs, visibleAtMs);
      }
    }, "machine");
  }

  /** Takes up to `limit` visible messages, oldest first, and hides them until `hiddenUntilMs`. */
  take(
    queue: string,
    limit: number,
    nowMs: number,
    hiddenUntilMs: number,
  ): Promise<readonly ReceivedMessage[]> {
    return this.#journal.commit(
      () =>
        this.#statements.visible.all(queue, nowMs, limit).map((row) => {
          const message = readMessage(row, nowMs);
          this.#statements.receive.run(hiddenUntilMs, nowMs, message.id);
          return message;
        }),
      "process",
    );
  }

  remove(ids: readonly number[]): Promise<void> {
    return this.#journal.commit(() => {
      for (const id of ids) this.#statements.remove.run(id);
    }, "process");
  }

  /** Notes why a message failed and, if given, when it is to be tried again. */
  postpone(id: number, failure: string, visibleAtMs: number | undefined): Promise<void> {
    return this.#journal.commit(() => {
      this.#statements.postpone.run(failure, visibleAtMs ?? null, id);
    }, "process");
  }

  /** Moves a message to the dead letters of its queue; nothing happens if it is already gone. */
  kill(id: number, reason: string | undefined, nowMs: number): Promise<void> {
    return this.#journal.commit(() => {
      this.#statements.bury.run(reason ?? null, nowMs, id);
      this.#statements.remove.run(id);
    }, "machine");
  }

  /** Adds a dead letter that never was a message. */
  addDeadLetter(
    letter: Pick<DeadLetter, "queue" | "body" | "reason" | "receiveCount">,
    nowMs: number,
  ): Promise<void> {
    const { queue, body, reason, receiveCount } = letter;
    return this.#journal.commit(() => {
      this.#statements.insertDead.run(queue, body, reason, receiveCount, nowMs);
    }, "machine");
  }

  deadLetters(queue: string, limit: number): readonly DeadLetter[] {
    return this.#statements.dead.all(queue, limit).map(readDeadLetter);
  }

  /** Moves every dead letter of the queue back among the messages, as if just sent. */
  redrive(queue: string, nowMs: number): Promise<number> {
    return this.#journal.commit(() => {
      const { changes } = this.#statements.revive.run(nowMs, nowMs, queue);
      this.#statements.forgetDead.run(queue);
      return Number(changes);
    }, "machine");
  }

  /**
   * After a start nobody holds a message: what was in flight is hidden no longer than `delaysMs` says for
   * the attempts it has had, the last one standing for all further ones. What waits for less goes on to.
   */
  release(queue: string, delaysMs: readonly number[], nowMs: number): Promise<void> {
    return this.#journal.commit(() => {
      for (const [index, delayMs] of delaysMs.entries()) {
        const attempts = index + 1;
        const upTo = attempts === delaysMs.length ? Number.MAX_SAFE_INTEGER : attempts;
        this.#statements.release.run(nowMs + delayMs, queue, attempts, upTo);
      }
    }, "process");
  }

  /** Drops what is older than the retention of its queue, as SQS does. */
  expire(
    queue: string,
    before: { readonly sentBeforeMs: number; readonly diedBeforeMs: number },
  ): Promise<void> {
    return this.#journal.commit(() => {
      this.#statements.expire.run(queue, before.sentBeforeMs);
      this.#statements.expireDead.run(queue, before.diedBeforeMs);
    }, "process");
  }

  counts(queue: string): { readonly waiting: number; readonly dead: number } {
    const row = this.#statements.counts.get(queue, queue);
    return { waiting: numberIn(row, "waiting"), dead: numberIn(row, "dead") };
  }

  visibleCount(queue: string, nowMs: number): number {
    return numberIn(this.#statements.visibleCount.get(queue, nowMs), "visible");
  }

  /** When the next message of the queue becomes visible; undefined if there is none. */
  nextVisibleAtMs(queue: string): number | undefined {
    const value = this.#statements.next.get(queue)?.["visibleAtMs"];
    return typeof value === "number" ? value : undefined;
  }
}

function prepare({ database }: Journal) {
  return {
    insert: database.prepare(
      "INSERT INTO messages (queue, body, sentAtMs, visibleAtMs) VALUES (?, ?, ?, ?)",
    ),
    visible: database.prepare(
      `SELECT id, body, sentAtMs, receiveCount, firstReceivedAtMs FROM messages
       WHERE queue = ? AND visibleAtMs <= ? ORDER BY visibleAtMs, id LIMIT ?`,
    ),
    receive: database.prepare(
      `UPDATE messages SET visibleAtMs = ?, receiveCount = receiveCount + 1,
       firstReceivedAtMs = COALESCE(firstReceivedAtMs, ?) WHERE id = ?`,
    ),
    remove: database.prepare("DELETE FROM messages WHERE id = ?"),
    postpone: database.prepare(
      "UPDATE messages SET failure = ?, visibleAtMs = COALESCE(?, visibleAtMs) WHERE id = ?",
    ),
    bury: database.prepare(
      `INSERT INTO deadLetters (queue, body, reason, receiveCount, diedAtMs)
       SELECT queue, body, COALESCE(?, failure, 'it was received too often without success'),
         receiveCount, ? FROM messages WHERE id = ?`,
    ),
    insertDead: database.prepare(
      "INSERT INTO deadLetters (queue, body, reason, receiveCount, diedAtMs) VALUES (?, ?, ?, ?, ?)",
    ),
    dead: database.prepare("SELECT * FROM deadLetters WHERE queue = ? ORDER BY id LIMIT ?"),
    revive: database.prepare(
      `INSERT INTO messages (queue, body, sentAtMs, visibleAtMs)
       SELECT queue, body, ?, ? FROM deadLetters WHERE queue = ? ORDER BY id`,
    ),
    forgetDead: database.prepare("DELETE FROM deadLetters WHERE queue = ?"),
    release: database.prepare(
      `UPDATE messages SET visibleAtMs = ?1
       WHERE queue = ?2 AND visibleAtMs > ?1 AND receiveCount BETWEEN ?3 AND ?4`,
    ),
    expire: database.prepare("DELETE FROM messages WHERE queue = ? AND sentAtMs < ?"),
    expireDead: database.prepare("DELETE FROM deadLetters WHERE queue = ? AND diedAtMs < ?"),
    counts: database.prepare(
      `SELECT (SELECT COUNT(*) FROM messages WHERE queue = ?) AS waiting,
       (SELECT COUNT(*) FROM deadLetters WHERE queue = ?) AS dead`,
    ),
    visibleCount: database.prepare(
      "SELECT COUNT(*) AS visible FROM messages WHERE queue = ? AND visibleAtMs <= ?",
    ),
    next: database.prepare("SELECT MIN(visibleAtMs) AS visibleAtMs FROM messages WHERE queue = ?"),
  };
}

function readMessage(row: Row, nowMs: number): ReceivedMessage {
  const firstReceivedAtMs = row?.["firstReceivedAtMs"];
  return {
    id: numberIn(row, "id"),
    body: textIn(row, "body"),
    sentAtMs: numberIn(row, "sentAtMs"),
    receiveCount: numberIn(row, "receiveCount") + 1,
    firstReceivedAtMs: typeof firstReceivedAtMs === "number" ? firstReceivedAtMs : nowMs,
  };
}

function readDeadLetter(row: Row): DeadLetter {
  return {
    id: String(numberIn(row, "id")),
    queue: textIn(row, "queue"),
    body: textIn(row, "body"),
    reason: textIn(row, "reason"),
    receiveCount: numberIn(row, "receiveCount"),
    diedAt: instantOf(numberIn(row, "diedAtMs")),
  };
}

/** The tables are STRICT, so a column holds what the schema says. */
function numberIn(row: Row, column: string): number {
  const value = row?.[column];
  return typeof value === "number" ? value : 0;
}

function textIn(row: Row, column: string): string {
  const value = row?.[column];
  return typeof value === "string" ? value : "";
}
