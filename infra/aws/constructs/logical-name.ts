import { CfnElement } from "aws-cdk-lib";
import type { IConstruct } from "constructs";

/** `blocked-across-boundary` → `BlockedAcrossBoundary` */
export function pascal(name: string): string {
  return name
    .split("-")
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join("");
}

/**
 * Gives a resource a logical name that does not depend on its place among the constructs. Moving a
 * construct would otherwise make CloudFormation replace the table, or a queue with what is in it.
 */
export function nameLogically(construct: IConstruct, logicalName: string): void {
  const element = construct.node.defaultChild ?? construct;
  if (!CfnElement.isCfnElement(element)) throw new Error(`${construct.node.path} is no resource`);
  element.overrideLogicalId(logicalName);
}
