import type { FileField } from "#shared/kit/file-intake.ts";

const field = (name: string, title: string, hint: string): FileField => ({ name, title, hint });

const validFrom = field(
  "validFrom",
  "Valid from",
  "From which day unit and manager hold; future days are kept until they come.",
);

/** All that is ever stored of a person; other columns of a file are not kept. */
export const peopleFields: readonly FileField[] = [
  field(
    "id",
    "Id",
    "Stays the same for a person for ever. Without it the employee number is used, then the work e-mail.",
  ),
  field("employeeNumber", "Employee number", "As other systems know it."),
  field("name", "Name", "First and last name in one column."),
  field("firstName", "First name", "Where there is no column with the whole name."),
  field("lastName", "Last name", "Where there is no column with the whole name."),
  field("workEmail", "Work e-mail", "By which accounts in the tools are found."),
  field(
    "manager",
    "Manager",
    "Id, employee number or work e-mail of another line; a name is not enough.",
  ),
  field("managerEmail", "Manager's e-mail", "Used where the manager's column is empty."),
  field(
    "unit",
    "Unit",
    "A path such as “Sales > DACH”, or the id or name of a team of the teams file.",
  ),
  field("division", "Division", "Topmost level, where there is no unit column."),
  field("department", "Department", "Middle level, where there is no unit column."),
  field("team", "Team", "Lowest level, where there is no unit column."),
  field("location", "Location", "Where the person works."),
  field("status", "Status", "Active, inactive or pending; without it the dates tell."),
  field("engagement", "Engagement", "Employee or contractor."),
  field("startOn", "Start", "The first day."),
  field("endOn", "End", "The last day."),
  validFrom,
  field("externalId", "External id", "The person's id at the identity provider."),
];

export const teamFields: readonly FileField[] = [
  field("id", "Id", "Stays the same when the name changes. Without it the name is used."),
  field("name", "Name", "As the tools' team fields have it."),
  field("kind", "Kind", "Your word for it: squad, tribe, department."),
  field("parent", "Parent", "Id or name of what it belongs to."),
  field(
    "isDelivery",
    "Delivery team",
    "Yes or no. Without it, teams with members or bound to a unit are.",
  ),
  field("boundTo", "Bound to", "The HR unit whose team it is: both count as one."),
  field(
    "members",
    "Members",
    "Ids, employee numbers or work e-mails, separated by semicolons; “(lead)” and “(primary)” may follow each.",
  ),
  validFrom,
];

export const accountFields: readonly FileField[] = [
  field(
    "tool",
    "Tool",
    "Name of the connection or of the product; needed where several tools know the account.",
  ),
  field("account", "Account", "The tool's own id of the account, or its work e-mail."),
  field(
    "person",
    "Person",
    "Work e-mail, employee number or id; or bot, shared-login, outsider, nobody.",
  ),
];
