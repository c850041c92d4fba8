import { checkAllFindings, checkRemovals, checkSights, checkUnlinked } from "./checks.ts";
import type { Course } from "./command.ts";
import { Company } from "./company.ts";

/**
 * After so many commands all findings are checked, and after more of them everything that there is; after
 * each, or so many as are heard of together, what is cheap.
 */
const [findingsEvery, allEvery] = [8, 50];

/** Lets a course happen; throws a BrokenLaw where the kernel breaks one. Returns how many commands ran. */
export function runCourse(course: Course): number {
  const company = new Company(course);
  const { commands, together } = course;
  for (let at = 0; at < commands.length; at += together) {
    const next = Math.min(at + together, commands.length);
    company.take(commands.slice(at, next));
    checkUnlinked(company);
    const isDue = (every: number) => Math.floor(next / every) > Math.floor(at / every);
    if (isDue(allEvery)) checkAll(company, next);
    else if (isDue(findingsEvery)) checkAllFindings(company, company.fresh());
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
