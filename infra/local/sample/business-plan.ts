interface BusinessProjectPlan {
  readonly name: string;
  readonly teamId: string;
  /** Titles of goals that it supports; none: the project serves no goal. */
  readonly goals: readonly string[];
  /** What its tasks are about. */
  readonly subjects: readonly string[];
}

/** What the teams in Asana do. Goals are named by their titles in the goal plan. */
export const businessProjects: readonly BusinessProjectPlan[] = [
  {
    name: "Transport logistic fair, Munich",
    teamId: "demand-generation",
    goals: ["A third of pipeline from partners and events"],
    subjects: [
      "the booth",
      "the keynote",
      "the customer dinner",
      "the lead scanners",
      "the fair recap",
    ],
  },
  {
    name: "Website relaunch",
    teamId: "demand-generation",
    goals: ["Website conversion at 3.2 %"],
    subjects: [
      "the pricing page",
      "the integrations directory",
      "the Japanese site",
      "the demo form",
      "customer stories",
    ],
  },
  {
    name: "Mid-market campaign, spring",
    teamId: "demand-generation",
    goals: ["900 qualified leads per quarter"],
    subjects: [
      "the shipper survey",
      "the webinar series",
      "the nurture mails",
      "the partner newsletter",
      "paid search",
    ],
  },
  {
    name: "Brand guidelines refresh",
    teamId: "demand-generation",
    goals: [],
    subjects: ["the icon set", "the slide master", "the tone of voice guide"],
  },
  {
    name: "Japan market entry",
    teamId: "enterprise-sales",
    goals: ["Twelve signed contracts in Japan"],
    subjects: [
      "the reseller agreement",
      "the Osaka launch event",
      "the reference customer",
      "the yen price list",
      "local references",
    ],
  },
  {
    name: "Enterprise deal desk",
    teamId: "enterprise-sales",
    goals: ["Average sales cycle below 95 days"],
    subjects: [
      "the discount matrix",
      "the security questionnaire library",
      "the proposal template",
      "the legal playbook",
      "the ROI calculator",
    ],
  },
  {
    name: "Renewals, first half",
    teamId: "enterprise-sales",
    goals: ["Renewal rate of enterprise accounts at 94 %"],
    subjects: [
      "the health score",
      "the executive business reviews",
      "the at-risk list",
      "multi-year offers",
      "usage reports",
    ],
  },
  {
    name: "Partner program pilot",
    teamId: "enterprise-sales",
    goals: ["A third of pipeline from partners and events"],
    subjects: [
      "the partner portal",
      "the referral fee",
      "the certification track",
      "joint account plans",
    ],
  },
  {
    name: "Onboarding playbook 2.0",
    teamId: "onboarding",
    goals: ["Median time to first shipment: 21 days"],
    subjects: [
      "the kickoff workshop",
      "the data import template",
      "the carrier invitation mail",
      "the go-live checklist",
      "training videos",
    ],
  },
  {
    name: "Implementation: Alpenland Foods",
    teamId: "onboarding",
    goals: ["Nine of ten projects on plan"],
    subjects: [
      "the order interface",
      "warehouse master data",
      "the carrier rollout",
      "user training",
      "the pilot lane",
    ],
  },
  {
    name: "Implementation: Costa Verde Retail",
    teamId: "onboarding",
    goals: ["Nine of ten projects on plan"],
    subjects: [
      "the ERP connector",
      "store delivery windows",
      "the returns flow",
      "user training",
      "the cutover plan",
    ],
  },
  {
    name: "Implementation: Kitano Parts",
    teamId: "onboarding",
    goals: ["Nine of ten projects on plan"],
    subjects: [
      "the customs documents",
      "the label layout",
      "the Japanese training",
      "the supplier portal",
      "the pilot lane",
    ],
  },
  {
    name: "Help center rebuild",
    teamId: "support",
    goals: ["First contact resolution at 78 %"],
    subjects: [
      "the search",
      "the driver app articles",
      "the release note format",
      "the video guides",
      "translations",
    ],
  },
  {
    name: "Support tooling",
    teamId: "support",
    goals: ["First answer within 15 minutes"],
    subjects: [
      "the triage form",
      "the answer macros",
      "the shift plan",
      "the customer satisfaction survey",
      "the chat widget",
    ],
  },
  {
    name: "Escalations desk",
    teamId: "support",
    goals: [],
    subjects: ["the weekend rota", "the escalation matrix", "root cause mails", "the hotline"],
  },
  {
    name: "Hiring plan, first half",
    teamId: "people-operations",
    goals: ["Offers accepted within 40 days of opening"],
    subjects: [
      "the staff engineer opening",
      "the Osaka office lead",
      "the interview training",
      "the career page",
      "employer references",
    ],
  },
  {
    name: "Feedback that helps",
    teamId: "people-operations",
    goals: ["Every manager trained in feedback"],
    subjects: [
      "the manager workshop",
      "the review calendar",
      "the pulse survey",
      "the growth framework",
      "the coaching circle",
    ],
  },
  {
    name: "Rotterdam office move",
    teamId: "people-operations",
    goals: [],
    subjects: ["the lease", "the moving company", "the meeting rooms", "the reception desk"],
  },
  {
    name: "Benefits review",
    teamId: "people-operations",
    goals: ["Good people stay: regretted attrition below 6 %"],
    subjects: [
      "the pension provider",
      "the parental leave policy",
      "the bicycle scheme",
      "the benefits survey",
    ],
  },
  {
    name: "Fast close",
    teamId: "finance-operations",
    goals: ["Books closed by working day five"],
    subjects: [
      "the accrual process",
      "intercompany invoices",
      "the close calendar",
      "bank reconciliation",
      "the expense policy",
    ],
  },
  {
    name: "Cloud cost program",
    teamId: "finance-operations",
    goals: ["Cloud spend per shipment down 15 %"],
    subjects: [
      "the tagging report",
      "the savings plan",
      "the unit cost model",
      "the idle resource list",
      "the vendor negotiation",
    ],
  },
  {
    name: "Audit readiness",
    teamId: "finance-operations",
    goals: ["Cost to serve falls by a fifth"],
    subjects: [
      "the control matrix",
      "the access review",
      "the revenue recognition memo",
      "the auditor portal",
    ],
  },
];
