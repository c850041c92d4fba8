import type { Branch, Leaf } from "./parse-pattern.ts";
import { isPrimitive, isRecord, type Primitive } from "./primitive.ts";

/** The leaves of a branch as the tree they make, so that an event is walked once. */
interface Node {
  readonly fields: (readonly [name: string, child: Node | LeafTest])[];
}

interface LeafTest {
  readonly tests: readonly ((value: Primitive) => boolean)[];
  /** Its place in the list of leaves that absence satisfies; -1 for all others. */
  readonly absence: number;
}

/** Whether each leaf that accepts absence is absent from the whole event, by its index. */
type Absences = readonly boolean[];

/**
 * Compiles one branch. Inside an array all leaves below it must hold in the same element; absence
 * is asked of the whole event, never of one element; an empty array or object has no leaves.
 */
export function compileBranch(branch: Branch): (event: unknown) => boolean {
  const root: Node = { fields: [] };
  const absenceLeaves = branch.filter((leaf) => leaf.alternatives.includes("absent"));
  for (const leaf of branch) insert(root, leaf, absenceLeaves.indexOf(leaf));
  if (absenceLeaves.length === 0) return (event) => holds(root, event, []);
  return (event) =>
    holds(
      root,
      event,
      absenceLeaves.map((leaf) => !isPresent(event, leaf.path, 0)),
    );
}

function insert(root: Node, leaf: Leaf, absence: number): void {
  const tests = leaf.alternatives.filter((each) => each !== "absent");
  const last = leaf.path.length - 1;
  let node = root;
  leaf.path.forEach((name, depth) => {
    if (depth === last) {
      node.fields.push([name, { tests, absence }]);
      return;
    }
    const known = node.fields.find(([field]) => field === name)?.[1];
    const child: Node = known !== undefined && "fields" in known ? known : { fields: [] };
    if (child !== known) node.fields.push([name, child]);
    node = child;
  });
}

function holds(node: Node, value: unknown, absences: Absences): boolean {
  if (Array.isArray(value)) {
    const elements: readonly unknown[] = value;
    return elements.some((element) => holds(node, element, absences)) || mayLack(node, absences);
  }
  if (!isRecord(value)) return mayLack(node, absences);
  for (const [name, child] of node.fields) {
    const inner = Object.hasOwn(value, name) ? value[name] : undefined;
    if ("tests" in child) {
      if (absences[child.absence] !== true && !passes(child.tests, inner)) return false;
    } else if (!holds(child, inner, absences)) {
      return false;
    }
  }
  return true;
}

/** Whether every leaf below wants to be absent and is. */
function mayLack(node: Node, absences: Absences): boolean {
  return node.fields.every(([, child]) =>
    "tests" in child ? absences[child.absence] === true : mayLack(child, absences),
  );
}

function passes(tests: LeafTest["tests"], value: unknown): boolean {
  if (Array.isArray(value)) {
    const elements: readonly unknown[] = value;
    return elements.some((element) => passes(tests, element));
  }
  if (!isPrimitive(value)) return false;
  for (const test of tests) if (test(value)) return true;
  return false;
}

function isPresent(value: unknown, path: readonly string[], depth: number): boolean {
  if (Array.isArray(value)) {
    const elements: readonly unknown[] = value;
    return elements.some((element) => isPresent(element, path, depth));
  }
  const name = path[depth];
  if (name === undefined) return isPrimitive(value);
  return isRecord(value) && Object.hasOwn(value, name) && isPresent(value[name], path, depth + 1);
}
