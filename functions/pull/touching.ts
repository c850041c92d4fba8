import type { WriteBack } from "#shared/kit/write-back.ts";
import { isIdOf } from "#shared/model/ids.ts";
import { noteOwnTouch } from "#shared/store/own-touches.ts";

import type { PullDeps } from "./deps.ts";

/**
 * The same tool; before each write into an item it is noted that we touch it. What is written moves the
 * item's version in the tool, which must not be taken for a sign of life of those who work on it.
 */
export function touching(deps: Pick<PullDeps, "table" | "clock">, tool: WriteBack): WriteBack {
  return {
    place: tool.place,
    read: (ids) => tool.read(ids),
    render: (statement) => tool.render(statement),
    inWords: (value) => tool.inWords(value),
    async write(id, value) {
      if (isIdOf("work-item", id)) await noteOwnTouch(deps, id);
      await tool.write(id, value);
    },
  };
}
