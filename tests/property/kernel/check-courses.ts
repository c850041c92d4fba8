import * as fc from "fast-check";

import { course } from "./command.ts";
import { runCourse } from "./run-course.ts";

export interface Courses {
  readonly runs: number;
  readonly commands: number;
  /** The smallest course that fails, and how; absent where none does. */
  readonly failure?: string;
}

/** Runs so many courses of one seed; the same seed gives the same courses. */
export function checkCourses(runs: number, seed: number): Courses {
  let [done, commands] = [0, 0];
  const law = fc.property(course, (given) => {
    commands += runCourse(given);
    done += 1;
  });
  const details = fc.check(law, { numRuns: runs, seed });
  const counted = { runs: done, commands };
  if (!details.failed) return counted;
  return { ...counted, failure: fc.defaultReportMessage(details) ?? "failed without a report" };
}
