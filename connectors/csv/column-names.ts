/*
 * What exports call their columns: BambooHR, Personio, HiBob, Workday, SAP SuccessFactors and HCM, and
 * what people write themselves, in English and German. Compared without case, signs and spaces.
 */

/** By field, the names of its columns, between bars; what stands earlier is the better guess. */
export type ColumnNames = Readonly<Record<string, string>>;

export const peopleColumns: ColumnNames = {
  id: `
    id | person id | employee id | employeeid | worker id | user id | emp id | eeid |
    mitarbeiter-id | personen-id | workday id`,
  employeeNumber: `
    employee number | employee # | employee no | personnel number | personalnummer |
    personal-nr | mitarbeiternummer | staff number | pernr | employee id in company`,
  name: `
    name | full name | display name | employee name | worker | preferred name | legal name |
    employee | vollständiger name | anzeigename | mitarbeiter | name, vorname | username`,
  firstName: `
    first name | given name | preferred first name | legal first name | vorname | rufname`,
  lastName: "last name | surname | family name | legal last name | nachname | familienname",
  workEmail: `
    work email | work e-mail | primary work email | email - primary work | business email |
    company email | email address | email | mail | e-mail-adresse | e-mail (geschäftlich) |
    geschäftliche e-mail | dienstliche e-mail | firmen-e-mail`,
  manager: `
    manager id | manager employee id | manager - employee id | supervisor id | supervisoreid
    | reports to id | manager user id | vorgesetzten-id | personalnummer vorgesetzter |
    vorgesetzter id | manager | supervisor | reports to | reporting to | line manager |
    reporting manager | direct manager | vorgesetzter | vorgesetzte | vorgesetzte/r |
    vorgesetzte person | führungskraft | disziplinarischer vorgesetzter`,
  managerEmail: `
    manager email | manager e-mail | manager work email | manager's email | manager email
    address | supervisor email | supervisor e-mail | reports to email | line manager email |
    e-mail vorgesetzter | vorgesetzter e-mail | e-mail des vorgesetzten | e-mail der
    führungskraft | führungskraft e-mail`,
  unit: `
    unit | org unit | organizational unit | organisational unit | organization unit | unit
    path | org path | supervisory organization | organization | organisation |
    organisationseinheit | orgeinheit | org-einheit | business unit path | einheit`,
  division: "division | business unit | geschäftsbereich | bereich | sparte | direktion",
  department: "department | department name | abteilung | fachbereich | hauptabteilung",
  team: `
    team | team name | sub-department | subdepartment | squad | gruppe | arbeitsgruppe |
    unterabteilung`,
  location: `
    location | work location | site | office | standort | büro | arbeitsort | niederlassung
    | dienstort`,
  status: `
    status | employment status | employee status | lifecycle status | worker status | active
    status | beschäftigungsstatus | mitarbeiterstatus | active | aktiv`,
  engagement: `
    engagement | worker type | employment type | contract type | employee type |
    beschäftigungsart | vertragsart | beschäftigungstyp | anstellungsart | mitarbeitertyp`,
  startOn: `
    start | start date | hire date | original hire date | date of joining | joining date |
    eintritt | eintrittsdatum | einstellungsdatum | startdatum | anstellung ab`,
  endOn: `
    end | end date | termination date | last day | last day of work | last working day |
    exit date | austritt | austrittsdatum | enddatum | letzter arbeitstag | vertragsende |
    kündigungsdatum`,
  validFrom: `
    valid from | effective date | effective from | as of | gültig ab | gültig von | wirksam
    ab | wirksamkeitsdatum`,
  externalId: `
    external id | sso id | entra id | azure ad id | okta id | object id | externe id | idp
    id`,
};

export const teamColumns: ColumnNames = {
  id: "id | team id | unit id | key | code | kürzel | teamkürzel | abteilungsnummer",
  name: `
    name | team | team name | unit name | title | teamname | bezeichnung | abteilung |
    einheit`,
  kind: "kind | type | team type | unit type | art | typ | ebene | level",
  parent: `
    parent | parent id | parent team | parent unit | belongs to | übergeordnet |
    übergeordnete einheit | übergeordnetes team | gehört zu`,
  isDelivery: "delivery team | is delivery team | lieferteam | delivery | produktteam",
  boundTo: `
    bound to | hr unit | bound to unit | org unit | organizational unit | hr-einheit |
    organisationseinheit`,
  members: `
    members | member | people | team members | mitglieder | mitglied | teammitglieder |
    personen`,
  validFrom: `
    valid from | effective date | effective from | as of | gültig ab | gültig von | wirksam
    ab`,
};

export const accountColumns: ColumnNames = {
  tool: "tool | connection | system | application | app | werkzeug | anwendung | verbindung",
  account: `
    account | account id | login | account email | account e-mail | user | user id | user
    name | konto | konto-id | benutzer | benutzerkonto | jira account id | asana gid`,
  person: `
    person | person id | person email | person e-mail | employee | employee number |
    employee id | work email | email | personalnummer | mitarbeiter | mitarbeiternummer |
    e-mail-adresse`,
};

/** A column's name without what differs between exports of one meaning. */
export function plainName(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll("#", " no")
    .replaceAll(/[^\p{L}\p{N}]/gu, "");
}

/** By field, the index of the column that is most likely its own; no column is guessed twice. */
export function guessColumns(
  header: readonly string[],
  names: ColumnNames,
): Readonly<Record<string, number>> {
  const plain = header.map(plainName);
  const guesses = Object.entries(names).flatMap(([field, aliases]) =>
    [field, ...aliases.split("|")].flatMap((alias, rank) => {
      const column = plain.indexOf(plainName(alias));
      return column < 0 ? [] : [{ field, column, rank }];
    }),
  );
  const columns: Record<string, number> = {};
  for (const { field, column } of guesses.toSorted((a, b) => a.rank - b.rank)) {
    if (field in columns || Object.values(columns).includes(column)) continue;
    columns[field] = column;
  }
  return columns;
}
