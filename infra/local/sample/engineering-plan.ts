interface EpicPlan {
  readonly title: string;
  /** The noun phrase that its stories speak of. */
  readonly focus: string;
}

interface InitiativePlan {
  readonly title: string;
  /** Absent: nobody ever said which objective it serves. */
  readonly objectiveId?: string;
  readonly teamId: string;
  readonly epics: readonly EpicPlan[];
}

/** `"Title / focus"`, split: the plan below reads as a table. */
function epics(...lines: readonly `${string} / ${string}`[]): readonly EpicPlan[] {
  return lines.map((line) => {
    const [title = line, focus = line] = line.split(" / ");
    return { title, focus };
  });
}

/** What engineering does: initiatives that serve objectives, and the epics under them. */
export const initiatives: readonly InitiativePlan[] = [
  {
    title: "Self-service tenant configuration",
    objectiveId: "safe-change",
    teamId: "core-platform",
    epics: epics(
      "Tenant settings API v2 / tenant settings",
      "Permission model for regional admins / regional admin roles",
      "Configuration change history / configuration history",
      "Sandbox tenants for partners / partner sandboxes",
      "Feature flags by customer segment / segment flags",
    ),
  },
  {
    title: "Event backbone for every shipment change",
    objectiveId: "safe-change",
    teamId: "core-platform",
    epics: epics(
      "Shipment event schema registry / the event schema registry",
      "Outbox for the order service / the order outbox",
      "Replay tool for consumer teams / event replay",
      "Webhook delivery with signed payloads / signed webhooks",
      "Retire the nightly batch exchange / the batch exchange",
    ),
  },
  {
    title: "One shipment fact table",
    objectiveId: "trusted-data",
    teamId: "data-insights",
    epics: epics(
      "Shipment fact model / the shipment fact model",
      "Late-arriving milestones / late milestones",
      "Carrier master data matching / carrier matching",
      "Data contracts with producing teams / data contracts",
      "Shipment history 2023–2025 / shipment history",
    ),
  },
  {
    title: "Insights that customers can act on",
    objectiveId: "trusted-data",
    teamId: "data-insights",
    epics: epics(
      "Lane performance dashboard / lane performance",
      "Emissions estimate per shipment / the emissions estimate",
      "Anomaly digest for planners / the anomaly digest",
      "Self-serve export builder / the export builder",
      "Market lane benchmark / the lane benchmark",
    ),
  },
  {
    title: "Two active regions",
    objectiveId: "availability",
    teamId: "reliability",
    epics: epics(
      "Failover of the planning database / planning database failover",
      "Traffic steering between Frankfurt and Dublin / traffic steering",
      "Regional secrets and key rotation / key rotation",
      "Chaos days in staging / chaos days",
      "Disaster recovery runbooks / recovery runbooks",
    ),
  },
  {
    title: "Know before the customer does",
    objectiveId: "availability",
    teamId: "reliability",
    epics: epics(
      "Service level objectives per journey / journey objectives",
      "Alert noise reduction / noisy alerts",
      "Tracing across carrier gateways / gateway tracing",
      "Capacity forecast for peak season / the capacity forecast",
      "Status page automation / the status page",
    ),
  },
  {
    title: "Live ETA on every lane",
    objectiveId: "live-eta",
    teamId: "shipment-planning",
    epics: epics(
      "Ocean ETA from vessel positions / the ocean ETA",
      "Road ETA with driving hours / the road ETA",
      "ETA confidence and reasons / ETA confidence",
      "Port congestion signals / port congestion",
      "Customer ETA notifications / ETA notifications",
    ),
  },
  {
    title: "Planners work by exception",
    objectiveId: "live-eta",
    teamId: "shipment-planning",
    epics: epics(
      "Exception inbox / the exception inbox",
      "Bulk replanning after a disruption / bulk replanning",
      "Load consolidation suggestions / load consolidation",
      "Slot booking with warehouses / slot booking",
      "Cost preview while planning / the cost preview",
    ),
  },
  {
    title: "Carrier onboarding without e-mail",
    objectiveId: "carriers",
    teamId: "carrier-network",
    epics: epics(
      "Carrier self-registration / carrier registration",
      "Document and insurance checks / insurance checks",
      "Rate card import / rate card import",
      "EDI 204/214 connection kit / the EDI kit",
      "Carrier scorecards / carrier scorecards",
    ),
  },
  {
    title: "Tender and spot in one place",
    objectiveId: "carriers",
    teamId: "carrier-network",
    epics: epics(
      "Spot tender marketplace / spot tenders",
      "Tender award rules / award rules",
      "Contract rate versioning / rate versions",
      "Fuel surcharge automation / the fuel surcharge",
      "Freight invoice disputes / invoice disputes",
    ),
  },
  {
    title: "A stop flow that works offline",
    objectiveId: "drivers",
    teamId: "driver-app",
    epics: epics(
      "Offline stop list / the offline stop list",
      "Photo proof of delivery / photo proof",
      "Signature on glass / signature capture",
      "Sync conflict handling / sync conflicts",
      "Barcode scanning in bad light / barcode scanning",
    ),
  },
  {
    title: "An app that drivers want to use",
    objectiveId: "drivers",
    teamId: "driver-app",
    epics: epics(
      "First day in five languages / the first-day tour",
      "Voice guidance for stops / voice guidance",
      "Detention time claims / detention claims",
      "Earnings and settlement view / the earnings view",
      "Large type and gloves / large-type mode",
    ),
  },
  {
    title: "Warehouse tablets for dock supervisors",
    teamId: "driver-app",
    epics: epics("Dock check-in on a tablet / dock check-in"),
  },
];

/** Epics that serve no goal: pet projects, leftovers, and one giant. */
export const unlinkedEpics: readonly (EpicPlan & { readonly teamId: string; size: number })[] = [
  {
    title: "Rewrite the rules engine in Rust",
    focus: "the rules engine",
    teamId: "core-platform",
    size: 9,
  },
  {
    title: "Customer logo wall in the portal",
    focus: "the logo wall",
    teamId: "carrier-network",
    size: 5,
  },
  { title: "Try three new map vendors", focus: "the map vendor", teamId: "driver-app", size: 7 },
  {
    title: "Grafana theme for the office screens",
    focus: "office screens",
    teamId: "reliability",
    size: 4,
  },
];

/** Closed without a goal, with work that goes on under it: closing does not make work serve anything. */
export const closedEpic = {
  title: "Dark mode for the customer portal",
  focus: "dark mode",
  teamId: "carrier-network",
  size: 6,
} as const;

/** Lone issues without an epic. */
export const looseIssues: readonly { readonly title: string; readonly teamId: string }[] = [
  { title: "Port the legacy tariff calculator for one customer", teamId: "shipment-planning" },
  { title: "Evaluate a second error tracker", teamId: "data-insights" },
  { title: "Spike: read tachograph files of two vendors", teamId: "driver-app" },
];

/** Areas of the famous epic. */
export const lighthouseAreas = [
  "the tower map",
  "the shipment timeline",
  "role-based views",
  "the carrier chat",
  "tower alerts",
] as const;

/** The work of support engineering: outside of strategy by an allowance. */
export const supportEpicTitle = "Third-line support rotation";
