import { closeSync, fdatasync, openSync } from "node:fs";

/** Told with no error once the file is on disk. */
type Waiting = (error: Error | null) => void;

/**
 * Syncs one file on a thread of the pool, so that a slow disk delays only those who wait for it and
 * not the whole process. Who comes while a sync runs waits for the next one, together with all others.
 */
export class FileSync {
  readonly #file: number;
  #waiting: Waiting[] = [];
  #isRunning = false;
  #isClosed = false;

  constructor(path: string) {
    // Writable, because Windows syncs nothing else.
    this.#file = openSync(path, "r+");
  }

  /** Calls back when everything written to the file before this call is on disk. */
  afterSync(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (!this.#isRunning) this.#run();
  }

  /** For an owner that has synced the file otherwise: those who wait are told so. */
  close(): void {
    this.#isClosed = true;
    this.#tell(null);
    if (!this.#isRunning) closeSync(this.#file);
  }

  #run(): void {
    const group = this.#waiting;
    this.#waiting = [];
    this.#isRunning = true;
    fdatasync(this.#file, (error) => {
      this.#isRunning = false;
      for (const tell of group) tell(error);
      if (this.#isClosed) closeSync(this.#file);
      else if (this.#waiting.length > 0) this.#run();
    });
  }

  #tell(error: Error | null): void {
    const group = this.#waiting;
    this.#waiting = [];
    for (const tell of group) tell(error);
  }
}
