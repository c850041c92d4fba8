/** One end of a dependency: whose work, in which epic or Asana project, called what. */
interface EndPlan {
  readonly teamId: string;
  readonly under: string;
  readonly title: string;
}

interface WaitPlan {
  readonly blocked: EndPlan;
  readonly blocking: EndPlan;
  /** The blocking work is due only after the blocked one. */
  readonly isLate?: boolean;
}

function end(teamId: string, under: string, title: string): EndPlan {
  return { teamId, under, title };
}

/**
 * The open dependencies across teams. They meet in a department, a division or only in the company;
 * the last two cross from Jira into Asana.
 */
export const waits: readonly WaitPlan[] = [
  {
    blocked: end(
      "data-insights",
      "Lane performance dashboard",
      "Show lane performance per carrier contract",
    ),
    blocking: end(
      "core-platform",
      "Shipment event schema registry",
      "Add the contract id to the milestone event",
    ),
  },
  {
    blocked: end(
      "core-platform",
      "Webhook delivery with signed payloads",
      "Open signed webhooks for customers in Japan",
    ),
    blocking: end(
      "reliability",
      "Regional secrets and key rotation",
      "Rotate signing keys per region",
    ),
    isLate: true,
  },
  {
    blocked: end(
      "driver-app",
      "Photo proof of delivery",
      "Attach photo proof to the carrier's invoice",
    ),
    blocking: end(
      "carrier-network",
      "Freight invoice disputes",
      "Accept attachments on freight invoices",
    ),
  },
  {
    blocked: end(
      "shipment-planning",
      "Road ETA with driving hours",
      "Count subcontractors' driving hours in the road ETA",
    ),
    blocking: end(
      "carrier-network",
      "Carrier self-registration",
      "Collect shift calendars when carriers register",
    ),
    isLate: true,
  },
  {
    blocked: end(
      "shipment-planning",
      "ETA confidence and reasons",
      "Explain late arrivals with measured causes",
    ),
    blocking: end(
      "data-insights",
      "Late-arriving milestones",
      "Classify why milestones arrive late",
    ),
  },
  {
    blocked: end(
      "driver-app",
      "Sync conflict handling",
      "Resolve conflicts from the order's event history",
    ),
    blocking: end(
      "core-platform",
      "Replay tool for consumer teams",
      "Replay the events of one order on demand",
    ),
  },
  {
    blocked: end(
      "onboarding",
      "Onboarding playbook 2.0",
      "Link every step of the playbook to a help article",
    ),
    blocking: end("support", "Help center rebuild", "Write the first 40 onboarding articles"),
    isLate: true,
  },
  {
    blocked: end(
      "enterprise-sales",
      "Japan market entry",
      "Send the Japanese demo to 30 prospects",
    ),
    blocking: end("demand-generation", "Website relaunch", "Put the Japanese site live"),
  },
  {
    blocked: end(
      "carrier-network",
      "EDI 204/214 connection kit",
      "Release the EDI kit to the first three customers",
    ),
    blocking: end(
      "onboarding",
      "Implementation: Alpenland Foods",
      "Get the order interface signed off by Alpenland Foods",
    ),
  },
  {
    blocked: end(
      "core-platform",
      "Sandbox tenants for partners",
      "Bill partner sandboxes from the second month on",
    ),
    blocking: end(
      "finance-operations",
      "Cloud cost program",
      "Agree on the unit cost of a partner sandbox",
    ),
    isLate: true,
  },
];
