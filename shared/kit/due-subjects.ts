import type { SubjectId } from "#shared/model/ids.ts";
import type { Instant } from "#shared/model/time.ts";

interface Due {
  readonly at: Instant;
  readonly id: SubjectId;
}

/** Subjects by when they are to be looked at again: a heap, the earliest first. */
export class DueSubjects {
  readonly #heap: Due[] = [];
  /** When each is due; what stands in the heap for another time is passed over. */
  readonly #at = new Map<SubjectId, Instant>();

  /** In the place of what was said of it before; undefined: only a change can alter it. */
  set(id: SubjectId, at: Instant | undefined): void {
    if (this.#at.get(id) === at) return;
    if (at === undefined) return void this.#at.delete(id);
    this.#at.set(id, at);
    this.#push({ at, id });
  }

  /** Takes out all that are due by then. */
  takeUntil(now: Instant): readonly SubjectId[] {
    const [earliest] = this.#heap;
    if (earliest === undefined || earliest.at > now) return nobody;
    const due: SubjectId[] = [];
    for (let first = this.#heap[0]; first && first.at <= now; first = this.#heap[0]) {
      this.#dropFirst();
      if (this.#at.get(first.id) !== first.at) continue;
      this.#at.delete(first.id);
      due.push(first.id);
    }
    return due;
  }

  #push(due: Due): void {
    let at = this.#heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfEarlier(at, parent)) return;
      at = parent;
    }
  }

  #dropFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let at = 0; ;) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const child = this.#isEarlier(right, left) ? right : left;
      if (child >= this.#heap.length || !this.#swapIfEarlier(child, at)) return;
      at = child;
    }
  }

  #isEarlier(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    return one !== undefined && other !== undefined && one.at < other.at;
  }

  #swapIfEarlier(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a], this.#heap[b]];
    if (!one || !other || one.at >= other.at) return false;
    [this.#heap[a], this.#heap[b]] = [other, one];
    return true;
  }
}

const nobody: readonly SubjectId[] = [];
