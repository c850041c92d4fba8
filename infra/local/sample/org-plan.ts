import type { Language, Tool } from "./company.ts";

interface TeamPlan {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly lead: string;
  readonly roles: readonly string[];
}

interface DepartmentPlan {
  readonly id: string;
  readonly name: string;
  readonly head: string;
  readonly tool: Tool;
  readonly teams: readonly TeamPlan[];
}

interface DivisionPlan {
  readonly id: string;
  readonly name: string;
  readonly head: string;
  readonly departments: readonly DepartmentPlan[];
}

export const companyName = "Northquay";
export const mailDomain = "northquay.example";

export const locations = ["Hamburg", "Rotterdam", "Lisbon", "Osaka", "Chicago", "Remote"] as const;

const developers = [
  "Software Engineer",
  "Software Engineer",
  "Senior Software Engineer",
  "Staff Engineer",
  "QA Engineer",
  "Product Manager",
  "Product Designer",
];

/** One company, three divisions, seven departments, twelve teams; leads are not counted in `size`. */
export const divisions: readonly DivisionPlan[] = [
  {
    id: "tech",
    name: "Product & Technology",
    head: "Chief Product & Technology Officer",
    departments: [
      {
        id: "platform-eng",
        name: "Platform Engineering",
        head: "VP Platform Engineering",
        tool: "jira",
        teams: [
          {
            id: "core-platform",
            name: "Core Platform",
            size: 13,
            lead: "Engineering Manager, Core Platform",
            roles: developers,
          },
          {
            id: "reliability",
            name: "Site Reliability",
            size: 12,
            lead: "Engineering Manager, Reliability",
            roles: [
              "Site Reliability Engineer",
              "Senior Site Reliability Engineer",
              "Security Engineer",
            ],
          },
          {
            id: "data-insights",
            name: "Data & Insights",
            size: 13,
            lead: "Engineering Manager, Data",
            roles: ["Data Engineer", "Analytics Engineer", "Data Scientist", "Product Manager"],
          },
        ],
      },
      {
        id: "product-eng",
        name: "Product Engineering",
        head: "VP Product Engineering",
        tool: "jira",
        teams: [
          {
            id: "shipment-planning",
            name: "Shipment Planning",
            size: 14,
            lead: "Engineering Manager, Planning",
            roles: developers,
          },
          {
            id: "carrier-network",
            name: "Carrier Network",
            size: 13,
            lead: "Engineering Manager, Carriers",
            roles: developers,
          },
          {
            id: "driver-app",
            name: "Driver App",
            size: 13,
            lead: "Engineering Manager, Mobile",
            roles: [...developers, "Android Engineer", "iOS Engineer"],
          },
        ],
      },
    ],
  },
  {
    id: "commercial",
    name: "Commercial",
    head: "Chief Commercial Officer",
    departments: [
      {
        id: "marketing",
        name: "Marketing",
        head: "VP Marketing",
        tool: "asana",
        teams: [
          {
            id: "demand-generation",
            name: "Demand Generation",
            size: 8,
            lead: "Head of Demand Generation",
            roles: [
              "Campaign Manager",
              "Content Strategist",
              "Marketing Designer",
              "Marketing Analyst",
            ],
          },
        ],
      },
      {
        id: "sales",
        name: "Sales",
        head: "VP Sales",
        tool: "asana",
        teams: [
          {
            id: "enterprise-sales",
            name: "Enterprise Sales",
            size: 9,
            lead: "Head of Enterprise Sales",
            roles: [
              "Account Executive",
              "Solutions Consultant",
              "Sales Development Representative",
            ],
          },
        ],
      },
    ],
  },
  {
    id: "operations",
    name: "Business Operations",
    head: "Chief Operating Officer",
    departments: [
      {
        id: "customer-ops",
        name: "Customer Operations",
        head: "VP Customer Operations",
        tool: "asana",
        teams: [
          {
            id: "onboarding",
            name: "Customer Onboarding",
            size: 9,
            lead: "Head of Onboarding",
            roles: ["Implementation Consultant", "Onboarding Specialist", "Technical Trainer"],
          },
          {
            id: "support",
            name: "Customer Support",
            size: 9,
            lead: "Head of Support",
            roles: ["Support Specialist", "Senior Support Specialist", "Escalation Engineer"],
          },
        ],
      },
      {
        id: "people",
        name: "People",
        head: "VP People",
        tool: "asana",
        teams: [
          {
            id: "people-operations",
            name: "People Operations",
            size: 7,
            lead: "Head of People Operations",
            roles: ["People Partner", "Talent Partner", "Learning Specialist", "Workplace Manager"],
          },
        ],
      },
      {
        id: "finance",
        name: "Finance",
        head: "VP Finance",
        tool: "asana",
        teams: [
          {
            id: "finance-operations",
            name: "Finance Operations",
            size: 7,
            lead: "Head of Finance Operations",
            roles: ["Financial Controller", "Accountant", "FP&A Analyst", "Procurement Specialist"],
          },
        ],
      },
    ],
  },
];

interface JiraProjectPlan {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly teamIds: readonly [string, ...string[]];
  readonly language: Language;
}

/** Two Jira projects per engineering department. Their workflows were set up by different people. */
export const jiraProjects: readonly JiraProjectPlan[] = [
  {
    id: "plat",
    key: "PLAT",
    name: "Platform",
    teamIds: ["core-platform", "data-insights"],
    language: "en",
  },
  { id: "sre", key: "SRE", name: "Reliability", teamIds: ["reliability"], language: "de" },
  {
    id: "plan",
    key: "PLAN",
    name: "Planning & Network",
    teamIds: ["shipment-planning", "carrier-network"],
    language: "pt",
  },
  { id: "drive", key: "DRIVE", name: "Driver App", teamIds: ["driver-app"], language: "ja" },
];
