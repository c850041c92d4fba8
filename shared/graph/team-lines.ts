import { areFew } from "./headcount.ts";
import { teamPeopleMin } from "./matching-teams.ts";

/** A team of which something is counted. */
interface CountedTeam {
  readonly people: readonly { readonly id: string }[];
}

interface TeamLines<T> {
  /** Each a line of its own. */
  readonly own: readonly T[];
  /** One line for all of them. */
  readonly together: readonly T[];
  /** So few people, even together, that they are counted with what no team is known of. */
  readonly hidden: readonly T[];
}

/**
 * Which teams' numbers may stand alone. Small ones share a line; where they are together fewer than five people
 * they hide among what no team is known of, and where there is no such thing, behind the next larger team.
 */
export function teamLines<T extends CountedTeam>(
  teams: readonly T[],
  hasUnknown: boolean,
): TeamLines<T> {
  const bySize = teams.toSorted((a, b) => a.people.length - b.people.length);
  const small = bySize.filter(({ people }) => people.length < teamPeopleMin);
  const [next, ...larger] = bySize.slice(small.length);
  const large = next ? [next, ...larger] : [];
  if (!areFew(small.map(({ people }) => people))) {
    return { own: large, together: small, hidden: [] };
  }
  if (small.length === 0 || hasUnknown || !next) return { own: large, together: [], hidden: small };
  return { own: larger, together: [...small, next], hidden: [] };
}
