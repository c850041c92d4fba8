import type { SampleGoal } from "./company.ts";

interface ObjectivePlan {
  readonly id: string;
  readonly title: string;
  readonly teamId: string;
  /** Measured results below the objective; engineering has initiatives in Jira instead. */
  readonly keyResults: readonly string[];
  /** Where it is part of the story; else the dice decide. */
  readonly status?: SampleGoal["status"];
}

interface ThemePlan {
  readonly id: string;
  readonly title: string;
  readonly ownerUnitId: string;
  readonly objectives: readonly ObjectivePlan[];
}

/** Three levels of goals: themes of the company, objectives of teams, key results or initiatives. */
export const themes: readonly ThemePlan[] = [
  {
    id: "tower",
    title: "Be the control tower that mid-size shippers trust",
    ownerUnitId: "tech",
    objectives: [
      {
        id: "live-eta",
        title: "Every shipment has a live, explainable ETA",
        teamId: "shipment-planning",
        keyResults: [],
      },
      {
        id: "carriers",
        title: "Carriers connect in days, not months",
        teamId: "carrier-network",
        keyResults: [],
      },
      {
        id: "drivers",
        title: "Drivers finish a stop without calling dispatch",
        teamId: "driver-app",
        keyResults: [],
      },
      // No work supports this one: a wish with an owner.
      {
        id: "emissions-standard",
        title: "Co-author an emissions accounting standard with three carriers",
        teamId: "demand-generation",
        keyResults: [],
      },
    ],
  },
  {
    id: "growth",
    title: "Grow profitably in DACH, Iberia and Japan",
    ownerUnitId: "commercial",
    objectives: [
      {
        id: "logos",
        title: "Win 40 enterprise customers in the new regions",
        teamId: "enterprise-sales",
        keyResults: [
          "Twelve signed contracts in Japan",
          "Average sales cycle below 95 days",
          "Renewal rate of enterprise accounts at 94 %",
        ],
      },
      {
        id: "pipeline",
        title: "Double qualified pipeline from mid-market shippers",
        teamId: "demand-generation",
        keyResults: [
          "900 qualified leads per quarter",
          "A third of pipeline from partners and events",
          "Website conversion at 3.2 %",
        ],
      },
      {
        id: "go-live",
        title: "Customers are live within 30 days of signing",
        teamId: "onboarding",
        keyResults: ["Median time to first shipment: 21 days", "Nine of ten projects on plan"],
      },
      {
        id: "first-answer",
        title: "Customers get the right answer the first time",
        teamId: "support",
        keyResults: ["First contact resolution at 78 %", "First answer within 15 minutes"],
      },
      // With these its team owns four objectives, and works for one of them.
      {
        id: "analysts",
        title: "Every analyst who covers freight visibility names us",
        teamId: "demand-generation",
        keyResults: [],
        status: "on-track",
      },
      {
        id: "community",
        title: "A community of a thousand dispatchers who help each other",
        teamId: "demand-generation",
        keyResults: [],
        status: "at-risk",
      },
    ],
  },
  {
    id: "platform",
    title: "Run a platform that nobody has to think about",
    ownerUnitId: "operations",
    objectives: [
      {
        id: "availability",
        title: "99.95 % availability in every region",
        teamId: "reliability",
        keyResults: [],
      },
      {
        id: "trusted-data",
        title: "One trusted data set for every decision",
        teamId: "data-insights",
        keyResults: [],
      },
      {
        id: "safe-change",
        title: "Any team ships a tenant change safely within a day",
        teamId: "core-platform",
        keyResults: [],
      },
      {
        id: "cost-to-serve",
        title: "Cost to serve falls by a fifth",
        teamId: "finance-operations",
        keyResults: ["Books closed by working day five", "Cloud spend per shipment down 15 %"],
      },
      {
        id: "keep-people",
        title: "Good people stay: regretted attrition below 6 %",
        teamId: "people-operations",
        keyResults: [
          "Offers accepted within 40 days of opening",
          "Every manager trained in feedback",
        ],
      },
    ],
  },
];

/** Results that were reached, while the work for them goes on. */
export const achievedResults: ReadonlySet<string> = new Set(["Books closed by working day five"]);

export const goalStatuses: readonly (readonly [SampleGoal["status"], number])[] = [
  ["on-track", 6],
  ["at-risk", 3],
  ["off-track", 1],
];
