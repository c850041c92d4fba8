import type { Reading, Source } from "#shared/kit/connector.ts";

/** Told of each reading before it is handed on; `collection` is absent for a delivery. */
export type NoteReading = (reading: Reading, collection: string | undefined) => Promise<void>;

/** The same source; whatever it reads is shown to `note` first. */
export function watchReadings(source: Source, note: NoteReading): Source {
  const watched: Pick<Source, "pull" | "readByIds" | "interpret"> = {
    async *pull(collection, position) {
      for await (const page of source.pull(collection, position)) {
        await note(page, collection);
        yield page;
      }
    },
    async readByIds(collection, ids) {
      const reading = await source.readByIds(collection, ids);
      await note(reading, collection);
      return reading;
    },
    async interpret(delivery) {
      const reading = await source.interpret(delivery);
      await note(reading, undefined);
      return reading;
    },
  };
  return new Proxy(source, {
    get(target, name): unknown {
      if (Object.hasOwn(watched, name)) return Reflect.get(watched, name);
      const value: unknown = Reflect.get(target, name, target);
      // Private fields are found on the source itself alone.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
