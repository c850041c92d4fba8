import { parseAddress, parseCidr } from "./address.ts";
import { compileNumeric, isInRange } from "./numeric.ts";
import { refuse, type Place } from "./place.ts";
import { isRecord, type Primitive } from "./primitive.ts";
import { compileWildcard } from "./wildcard.ts";

/** One alternative of a leaf: a test of a present value, or the wish that the leaf is absent. */
export type Alternative = "absent" | ((value: Primitive) => boolean);

type TextTest = (value: string) => boolean;
type TextOperator = "prefix" | "suffix" | "equals-ignore-case" | "wildcard";

/** The operators that look at one text; `anything-but` takes the same ones, negated. */
const textOperators: Record<TextOperator, (operand: string) => TextTest | string> = {
  prefix: (operand) => (value) => value.startsWith(operand),
  suffix: (operand) => (value) => value.endsWith(operand),
  "equals-ignore-case": (operand) => {
    const folded = operand.toLowerCase();
    return (value) => value.toLowerCase() === folded;
  },
  wildcard: compileWildcard,
};

/** Compiles one element of a leaf's list; reports to `place.issues` what EventBridge would refuse. */
export function compileAlternative(element: unknown, place: Place): Alternative | undefined {
  if (typeof element === "string") return compileExactText(element);
  if (typeof element === "number") return compileExactNumber(element, place);
  if (typeof element === "boolean" || element === null) return (value) => value === element;
  if (!isRecord(element)) {
    return refuse(place, "must be text, a number, true, false, null or an operator");
  }
  const entry = onlyEntry(element, place);
  return (
    entry && compileOperator(entry[0], entry[1], { ...place, path: `${place.path}.${entry[0]}` })
  );
}

function compileOperator(name: string, operand: unknown, place: Place): Alternative | undefined {
  switch (name) {
    case "prefix":
    case "suffix":
      return compileAffix(name, operand, place);
    case "equals-ignore-case":
    case "wildcard":
      return onText(compileText(name, operand, place));
    case "anything-but":
      return compileAnythingBut(operand, place);
    case "numeric":
      return compileNumeric(operand, place);
    case "exists":
      if (typeof operand !== "boolean") return refuse(place, "must be true or false");
      return operand ? () => true : "absent";
    case "cidr":
      return compileCidr(operand, place);
    default:
      return refuse(place, "is not an operator this matcher knows");
  }
}

/** Text that is an address matches every spelling of it, as in aws/event-ruler (read 2026-11). */
function compileExactText(text: string): Alternative {
  const address = text.includes(":") ? parseAddress(text) : undefined;
  if (address === undefined) return (value) => value === text;
  return (value) => typeof value === "string" && parseAddress(value)?.value === address.value;
}

function compileExactNumber(wanted: number, place: Place): Alternative | undefined {
  // NaN and the infinities are no JSON; a pattern that holds one could not be deployed.
  if (!Number.isFinite(wanted)) return refuse(place, "must be a finite number");
  return (value) => value === wanted;
}

function compileAffix(
  name: "prefix" | "suffix",
  operand: unknown,
  place: Place,
): Alternative | undefined {
  if (!isRecord(operand)) return onText(compileText(name, operand, place));
  const entry = onlyEntry(operand, place);
  if (entry === undefined) return undefined;
  const [inner, text] = entry;
  if (inner !== "equals-ignore-case") {
    return refuse(place, "takes text or { equals-ignore-case: text }");
  }
  if (typeof text !== "string") return refuse(place, "must be text");
  const test = textOperators[name](text.toLowerCase());
  return typeof test === "string" ? undefined : onText((value) => test(value.toLowerCase()));
}

function compileText(name: TextOperator, operand: unknown, place: Place): TextTest | undefined {
  if (typeof operand !== "string") return refuse(place, "must be text");
  const test = textOperators[name](operand);
  return typeof test === "string" ? refuse(place, test) : test;
}

function onText(test: TextTest | undefined): Alternative | undefined {
  return test && ((value) => typeof value === "string" && test(value));
}

/** True for every present value that none of the operands matches, whatever its type. */
function compileAnythingBut(operand: unknown, place: Place): Alternative | undefined {
  if (!isRecord(operand)) return compileNoneOf(operand, place);
  const entry = onlyEntry(operand, place);
  if (entry === undefined) return undefined;
  const [name, inner] = entry;
  const innerPlace = { ...place, path: `${place.path}.${name}` };
  if (!isTextOperator(name)) return refuse(innerPlace, "cannot be used inside anything-but");
  const operands: readonly unknown[] = Array.isArray(inner) ? inner : [inner];
  if (operands.length === 0) return refuse(innerPlace, "must not be empty");
  const tests: TextTest[] = [];
  for (const each of operands) {
    if (each === "" && (name === "prefix" || name === "suffix")) {
      return refuse(innerPlace, "must not be empty text");
    }
    const test = compileText(name, each, innerPlace);
    if (test === undefined) return undefined;
    tests.push(test);
  }
  return (value) => typeof value !== "string" || !tests.some((test) => test(value));
}

function compileNoneOf(operand: unknown, place: Place): Alternative | undefined {
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const excluded = new Set<unknown>(values);
  const allText = values.every((value) => typeof value === "string");
  const allNumbers = values.every((value) => typeof value === "number" && isInRange(value));
  if (values.length === 0 || (!allText && !allNumbers)) {
    return refuse(place, "takes text, numbers, or a list that is all text or all numbers");
  }
  return (value) => !excluded.has(value);
}

function compileCidr(operand: unknown, place: Place): Alternative | undefined {
  const block = typeof operand === "string" ? parseCidr(operand) : undefined;
  if (block === undefined) {
    return refuse(place, "must be a block like 10.0.0.0/24 or 2001:db8::/32, host bits zero");
  }
  return (value) => {
    const address = typeof value === "string" ? parseAddress(value) : undefined;
    if (address === undefined || address.bits !== block.bits) return false;
    return address.value >= block.first && address.value <= block.last;
  };
}

function isTextOperator(name: string): name is TextOperator {
  return Object.hasOwn(textOperators, name);
}

function onlyEntry(
  record: Readonly<Record<string, unknown>>,
  place: Place,
): readonly [string, unknown] | undefined {
  const [entry, ...others] = Object.entries(record);
  if (entry === undefined || others.length > 0) {
    return refuse(place, "must hold exactly one operator");
  }
  return entry;
}
