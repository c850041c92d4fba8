import { checkAllFindings, checkRemovals, checkSights, checkUnlinked } from "./checks.ts";
import type { Course } from "./command.ts";
import { Company } from "./company.ts";

/** After so many commands everything is checked that there is; after each, what is cheap. */
const checkedEvery = 50;

/** Lets a course happen; throws a BrokenLaw where the kernel breaks one. Returns how many commands ran. */
export function runCourse(course: Course): number {
  const company = new Company(course);
  const { commands } = course;
  for (const [turn, command] of commands.entries()) {
    company.take(command);
    checkUnlinked(company);
    if ((turn + 1) % checkedEvery === 0 && turn + 1 < commands.length) checkAll(company, turn);
  }
  checkAll(company, commands.length);
  return commands.length;
}

function checkAll(company: Company, turn: number): void {
  const fresh = company.fresh();
  checkAllFindings(company, fresh);
  checkSights(company, fresh);
  const items = [...fresh.items()];
  // Of a deep hierarchy only a few: the way from each is long.
  for (const [at, item] of items.slice(0, 12).entries()) {
    if (items.length <= 12 || (at + turn) % 4 === 0) checkRemovals(company, fresh, item);
  }
}
