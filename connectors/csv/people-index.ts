import type { PersonLine } from "./people-lines.ts";

/** Who is meant by a word of the file: the key of a person of the file, or that several are. */
type Found = { readonly key: string } | "several" | undefined;

/** The people of a file by what a reference may call them. Never by name: two people may share one. */
export class PeopleIndex {
  readonly #keys = new Set<string>();
  readonly #numbers = new Map<string, Set<string>>();
  readonly #emails = new Map<string, Set<string>>();

  constructor(lines: readonly PersonLine[]) {
    for (const { key, employeeNumber, workEmail } of lines) {
      this.#keys.add(key);
      if (employeeNumber !== undefined) enter(this.#numbers, employeeNumber, key);
      if (workEmail !== undefined) enter(this.#emails, workEmail, key);
    }
  }

  find(text: string): Found {
    if (this.#keys.has(text)) return { key: text };
    // Some exports write the address behind the name: Mia Sommer <mia@acme.example>.
    const address = /<([^<>\s]+)>/u.exec(text)?.[1] ?? text;
    const keys = this.#numbers.get(text) ?? this.#emails.get(address.toLowerCase());
    const [key] = keys ?? [];
    if (key === undefined) return undefined;
    return keys?.size === 1 ? { key } : "several";
  }
}

function enter(map: Map<string, Set<string>>, word: string, key: string): void {
  const keys = map.get(word);
  if (keys) keys.add(key);
  else map.set(word, new Set([key]));
}
