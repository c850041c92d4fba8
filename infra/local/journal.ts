import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { HubError } from "#shared/errors.ts";

import { FileSync } from "./file-sync.ts";

/** What an operation must survive before its promise resolves. */
export type Durability =
  /** The process and the machine: synced to disk. For what somebody else believes to be safe. */
  | "machine"
  /** The process only, `kill -9` included. For what is repeated if it is lost. */
  | "process";

/** One operation of a group: `run` is called inside the transaction and says how it went. */
interface Pending {
  readonly durability: Durability;
  run(): Verdict;
  reject(error: unknown): void;
}

/** Tells the caller, once the group is committed. */
type Verdict = () => void;

/** The write-ahead log is copied back into the file at about 16 MB; each time costs two syncs. */
const checkpointPages = 4_000;

/**
 * One SQLite file with group commit: all operations of one turn of the event loop share one
 * transaction, and each promise resolves after the commit. SQLite itself would sync on the only thread
 * there is; instead it commits without, and the write-ahead log is synced beside it.
 */
export interface Journal {
  /**
   * Runs `operation` in the next group and resolves with its result once that is committed. An
   * operation that throws fails alone. Rejects with `store.unavailable` when the file is not writable.
   */
  commit<T>(operation: (database: DatabaseSync) => T, durability: Durability): Promise<T>;
  /** For statements prepared once and for reads. */
  readonly database: DatabaseSync;
  /** Commits what is pending, then closes the file. Later commits reject. */
  close(): void;
}

/** Opens or creates the file. Throws `entity.conflict` while another process has it open. */
export function openJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true });
  const database = new DatabaseSync(path);
  try {
    // The lock ends with the process, however that ends. The first write takes it, makes the log and
    // syncs its name into the folder, for which it must be FULL.
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA journal_mode = WAL;
      PRAGMA wal_autocheckpoint = ${checkpointPages};
      PRAGMA synchronous = FULL;
      PRAGMA user_version = 0;
      PRAGMA user_version = 1;
      PRAGMA synchronous = NORMAL;
    `);
  } catch (cause) {
    database.close();
    const message = `${path} is in use. Stop the other hub, or give this one its own --data folder.`;
    throw new HubError("entity.conflict", message, { cause });
  }
  return new FileJournal(database, new FileSync(`${path}-wal`));
}

class FileJournal implements Journal {
  readonly database: DatabaseSync;
  readonly #log: FileSync;
  #pending: Pending[] = [];
  #isClosed = false;

  constructor(database: DatabaseSync, log: FileSync) {
    this.database = database;
    this.#log = log;
  }

  commit<T>(operation: (database: DatabaseSync) => T, durability: Durability): Promise<T> {
    if (this.#isClosed) {
      return Promise.reject(new HubError("store.unavailable", "The local queue file is closed."));
    }
    if (this.#pending.length === 0) setImmediate(() => this.#flush());
    return new Promise((resolve, reject) => {
      const run = () => this.#attempt(operation, resolve, reject);
      this.#pending.push({ durability, run, reject });
    });
  }

  close(): void {
    if (this.#isClosed) return;
    this.#flush();
    this.#isClosed = true;
    // Copies the log back and syncs the file.
    this.database.close();
    this.#log.close();
  }

  /** Runs one operation inside its own savepoint, so that its failure undoes nothing of others. */
  #attempt<T>(
    operation: (database: DatabaseSync) => T,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): Verdict {
    this.database.exec("SAVEPOINT operation");
    try {
      const value = operation(this.database);
      this.database.exec("RELEASE operation");
      return () => resolve(value);
    } catch (error) {
      this.database.exec("ROLLBACK TO operation; RELEASE operation");
      return () => reject(error);
    }
  }

  #flush(): void {
    const group = this.#pending;
    if (group.length === 0) return;
    this.#pending = [];
    const synced: { readonly pending: Pending; readonly tell: Verdict }[] = [];
    const unsynced: Verdict[] = [];
    try {
      this.database.exec("BEGIN IMMEDIATE");
      for (const pending of group) {
        const tell = pending.run();
        if (pending.durability === "machine") synced.push({ pending, tell });
        else unsynced.push(tell);
      }
      this.database.exec("COMMIT");
    } catch (error) {
      this.#giveUp(group, error);
      return;
    }
    for (const tell of unsynced) tell();
    if (synced.length === 0) return;
    this.#log.afterSync((error) => {
      if (error === null) for (const { tell } of synced) tell();
      else
        this.#giveUp(
          synced.map(({ pending }) => pending),
          error,
        );
    });
  }

  #giveUp(group: readonly Pending[], cause: unknown): void {
    if (this.database.isOpen && this.database.isTransaction) this.database.exec("ROLLBACK");
    const message = "The local queue file cannot be written. Is the disk full or the folder gone?";
    const error = new HubError("store.unavailable", message, { cause });
    for (const pending of group) pending.reject(error);
  }
}
