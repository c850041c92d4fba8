import type { Journal } from "./journal.ts";

/** How far one reader has come in one shard. */
export interface Checkpoint {
  /** The last record done with; undefined before the first. */
  readonly sequenceNumber: string | undefined;
  /** The shard has ended and all of it is done. */
  readonly isFinished: boolean;
}

/** Positions of stream readers, in the file of the queues. A lost write repeats records, never skips. */
export class Checkpoints {
  readonly #journal: Journal;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(journal: Journal) {
    journal.database.exec(`
      CREATE TABLE IF NOT EXISTS checkpoints (
        reader TEXT NOT NULL,
        shard TEXT NOT NULL,
        sequenceNumber TEXT,
        isFinished INTEGER NOT NULL,
        PRIMARY KEY (reader, shard)
      ) STRICT, WITHOUT ROWID;
    `);
    this.#journal = journal;
    this.#statements = prepare(journal);
  }

  read(reader: string, shard: string): Checkpoint {
    const row = this.#statements.read.get(reader, shard);
    const sequenceNumber = row?.["sequenceNumber"];
    return {
      sequenceNumber: typeof sequenceNumber === "string" ? sequenceNumber : undefined,
      isFinished: row?.["isFinished"] === 1,
    };
  }

  async write(reader: string, shard: string, checkpoint: Checkpoint): Promise<void> {
    await this.#journal.commit(() => {
      const { sequenceNumber = null, isFinished } = checkpoint;
      this.#statements.write.run(reader, shard, sequenceNumber, isFinished ? 1 : 0);
    }, "process");
  }
}

function prepare({ database }: Journal) {
  return {
    read: database.prepare(
      "SELECT sequenceNumber, isFinished FROM checkpoints WHERE reader = ? AND shard = ?",
    ),
    write: database.prepare("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?, ?)"),
  };
}
