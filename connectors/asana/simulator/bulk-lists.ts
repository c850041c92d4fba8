import type { BulkTasks } from "./bulk-tasks.ts";
import { Ref } from "./field-selection.ts";
import type { RefList } from "./ref-list.ts";
import type { AsanaState, Task } from "./state.ts";
import type { TaskFilter } from "./task-filter.ts";

/** Numbers of bulk tasks in order. */
interface Numbers {
  readonly length: number;
  at(place: number): number;
  placeOf(index: number): number | undefined;
}

interface Wanted {
  readonly numbers: Numbers;
  /** Which list this is. */
  readonly key: string;
  readonly belongs: (task: Task) => boolean;
  /** Tasks that belong there and are not computed, or have changed since. */
  readonly kept: readonly Task[];
  readonly filter: TaskFilter;
}

/** Lists of which the greater part is computed: a page costs a page, however long the list. */
export class BulkLists {
  readonly #state: AsanaState;
  /** A filter over very many numbers is walked once for all its pages, unless something changes. */
  #last: { readonly key: string; readonly version: number; readonly numbers: Numbers } | undefined;

  constructor(state: AsanaState) {
    this.#state = state;
  }

  /** Undefined for a project that holds no computed tasks. */
  ofProject(project: string, filter: TaskFilter): RefList | undefined {
    const { bulk } = this.#state;
    const range = bulk?.rangeOf(project);
    if (!bulk || !range) return undefined;
    return this.#list(bulk, {
      numbers: stepping(range.from, range.to, 1),
      key: project,
      belongs: (task) => task.memberships.some((home) => home.project === project),
      kept: this.#state.keptTasksIn(project),
      filter,
    });
  }

  /** Undefined where no computed task is assigned to the user. */
  ofAssignee(user: string, kept: readonly Task[], filter: TaskFilter): RefList | undefined {
    const { bulk } = this.#state;
    const { from, to, step } = bulk?.assignedTo(user) ?? { from: 0, to: 0, step: 1 };
    if (!bulk || from >= to) return undefined;
    return this.#list(bulk, {
      numbers: stepping(from, to, step),
      key: user,
      belongs: (task) => task.assignee === user,
      kept,
      filter,
    });
  }

  #list(bulk: BulkTasks, wanted: Wanted): RefList {
    const state = this.#state;
    const numbers = this.#passing(bulk, wanted);
    const isPlaced = (gid: string) => {
      const index = bulk.indexOf(gid);
      return index !== undefined && numbers.placeOf(index) !== undefined;
    };
    const rest = wanted.kept.filter((task) => !isPlaced(task.gid) && wanted.filter.passes(task));
    return {
      length: numbers.length + rest.length,
      slice(start, end) {
        const shown: Ref[] = [];
        for (let place = start; place < Math.min(end, numbers.length); place += 1) {
          const task = state.seen("task", bulk.gidAt(numbers.at(place)));
          if (task && wanted.belongs(task)) shown.push(new Ref("task", task.gid));
        }
        const beyond = rest.slice(
          Math.max(0, start - numbers.length),
          Math.max(0, end - numbers.length),
        );
        return [...shown, ...beyond.map(({ gid }) => new Ref("task", gid))];
      },
      placeOf(gid) {
        const index = bulk.indexOf(gid);
        const place = index === undefined ? undefined : numbers.placeOf(index);
        if (place !== undefined) return place;
        const after = rest.findIndex((task) => task.gid === gid);
        return after === -1 ? undefined : numbers.length + after;
      },
    };
  }

  #passing(bulk: BulkTasks, { numbers, key, filter }: Wanted): Numbers {
    if (filter.isOpen) return numbers;
    const state = this.#state;
    const cacheKey = `${key}|${filter.key}`;
    const known = this.#last;
    if (known?.key === cacheKey && known.version === state.version) return known.numbers;
    const kept: number[] = [];
    for (let place = 0; place < numbers.length; place += 1) {
      const index = numbers.at(place);
      const gid = bulk.gidAt(index);
      const task = state.isKept(gid) ? state.find("task", gid) : undefined;
      const passes = task ? filter.passes(task) : filter.passesGlimpse(bulk.glimpse(index));
      if (passes) kept.push(index);
    }
    this.#last = { key: cacheKey, version: state.version, numbers: picked(kept) };
    return this.#last.numbers;
  }
}

function stepping(from: number, to: number, step: number): Numbers {
  const length = Math.max(0, Math.ceil((to - from) / step));
  return {
    length,
    at: (place) => from + place * step,
    placeOf: (index) => {
      const place = (index - from) / step;
      return Number.isInteger(place) && place >= 0 && place < length ? place : undefined;
    },
  };
}

/** Numbers in ascending order. */
function picked(numbers: readonly number[]): Numbers {
  const kept = Uint32Array.from(numbers);
  return {
    length: kept.length,
    at: (place) => kept[place] ?? 0,
    placeOf: (index) => {
      const place = kept.indexOf(index);
      return place === -1 ? undefined : place;
    },
  };
}
