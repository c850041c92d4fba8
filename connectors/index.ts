import type { Connector } from "#shared/kit/connector.ts";

import { asana } from "./asana/connector.ts";
import { bamboohr } from "./bamboohr/connector.ts";
import { csv } from "./csv/connector.ts";
import { email } from "./email/connector.ts";
import { goalsFile } from "./goals-file/connector.ts";
import { hibob } from "./hibob/connector.ts";
import { jira } from "./jira/connector.ts";
import { scim } from "./scim/connector.ts";
import { slack } from "./slack/connector.ts";
import { teams } from "./teams/connector.ts";
import { webhook } from "./webhook/connector.ts";

/** Every connector: sources of records, and channels to tell people. A new one is a folder and a line. */
export const connectors: readonly Connector[] = [
  jira,
  asana,
  bamboohr,
  csv,
  goalsFile,
  hibob,
  scim,
  slack,
  teams,
  email,
  webhook,
];
