import type { DateOrder } from "#shared/kit/file-intake.ts";
import { CalendarDate } from "#shared/model/time.ts";

const months: readonly (readonly string[])[] = [
  ["jan", "january", "januar", "jän", "jänner"],
  ["feb", "february", "februar"],
  ["mar", "march", "mär", "mrz", "märz", "maerz"],
  ["apr", "april"],
  ["may", "mai"],
  ["jun", "june", "juni"],
  ["jul", "july", "juli"],
  ["aug", "august"],
  ["sep", "sept", "september"],
  ["oct", "october", "okt", "oktober"],
  ["nov", "november"],
  ["dec", "december", "dez", "dezember"],
];

type ReadDate =
  | { readonly date: CalendarDate }
  /** Either order gives a date, and nobody said which. */
  | { readonly isOpen: true }
  | { readonly problem: string };

interface Shape {
  readonly parts: readonly [number, number, number];
  readonly order: DateOrder | "year-month-day" | undefined;
}

const writeIt = "write it as 2026-12-31";

/** Reads a date as spreadsheets and HR systems write it; a time of day behind it is left out. */
export function readFileDate(text: string, order: DateOrder | undefined): ReadDate {
  const shape = shapeOf(text.trim());
  if (shape === "two-digit-year") {
    return { problem: `the year has two digits: ${writeIt}` };
  }
  if (shape === "day-number") {
    return {
      problem: `this is Excel's number of a day: format the column as a date, or ${writeIt}`,
    };
  }
  if (!shape) return { problem: `this is no date: ${writeIt}` };
  const known = shape.order ?? orderByValue(shape) ?? order;
  if (known === undefined) return { isOpen: true };
  const date = inOrder(shape.parts, known);
  return date ? { date } : { problem: `there is no such day: ${writeIt}` };
}

/** The only order in which the numbers are a date; undefined where both are, or none. */
export function certainOrder(text: string): DateOrder | undefined {
  const shape = shapeOf(text.trim());
  return typeof shape === "object" && shape.order === undefined ? orderByValue(shape) : undefined;
}

function orderByValue({ parts: [first, second] }: Shape): DateOrder | undefined {
  if (first > 12 && second <= 12) return "day-month-year";
  if (second > 12 && first <= 12) return "month-day-year";
  // 7/7 is the same day either way.
  return first === second ? "day-month-year" : undefined;
}

function shapeOf(text: string): Shape | "two-digit-year" | "day-number" | undefined {
  const bare = text.replace(
    /[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AP]M)?(?:Z|[+-]\d{2}:?\d{2})?$/iu,
    "",
  );
  const iso = /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})$/u.exec(bare);
  if (iso) return { parts: numbers(iso), order: "year-month-day" };
  const numeric = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{2}|\d{4})$/u.exec(bare);
  if (numeric) {
    const [, first = "", sign = "", second = "", year = ""] = numeric;
    if (year.length === 2) return "two-digit-year";
    // Nobody writes the month first with dots.
    const order = sign === "." ? "day-month-year" : undefined;
    return { parts: [Number(first), Number(second), Number(year)], order };
  }
  if (/^\d{5}$/u.test(bare)) return "day-number";
  return worded(bare);
}

/** `31 Dec 2026`, `31-Dez-2026`, `December 31, 2026`. */
function worded(text: string): Shape | "two-digit-year" | undefined {
  const dayFirst = /^(\d{1,2})\.?[- ]([\p{L}]+)\.?[- ,]+(\d{2}|\d{4})$/u.exec(text);
  const monthFirst = /^([\p{L}]+)\.? (\d{1,2}),? (\d{2}|\d{4})$/u.exec(text);
  const [, day, word, year] = dayFirst ?? [];
  const [, otherWord, otherDay, otherYear] = monthFirst ?? [];
  const name = (word ?? otherWord ?? "").toLowerCase();
  const month = months.findIndex((names) => names.includes(name)) + 1;
  const theYear = year ?? otherYear ?? "";
  if (month === 0) return undefined;
  if (theYear.length === 2) return "two-digit-year";
  return { parts: [Number(day ?? otherDay), month, Number(theYear)], order: "day-month-year" };
}

function numbers([, first, second, third]: RegExpExecArray): readonly [number, number, number] {
  return [Number(first), Number(second), Number(third)];
}

function inOrder(
  [first, second, third]: Shape["parts"],
  order: NonNullable<Shape["order"]>,
): CalendarDate | undefined {
  const [year, month, day] =
    order === "year-month-day"
      ? [first, second, third]
      : order === "day-month-year"
        ? [third, second, first]
        : [third, first, second];
  const two = (value: number) => String(value).padStart(2, "0");
  return CalendarDate.safeParse(`${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`).data;
}
