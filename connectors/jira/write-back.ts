import type { SourceContext } from "#shared/kit/connector.ts";
import type { WriteBack } from "#shared/kit/write-back.ts";

import { JiraWriteBackClient } from "./client-write-back.ts";
import type { JiraSettings } from "./settings.ts";
import { linkWriteBack } from "./write-back-link.ts";
import { propertyWriteBack } from "./write-back-property.ts";

/** Writing lines of sight into Jira, where the settings say so. */
export function jiraWriteBack(context: SourceContext<JiraSettings>): WriteBack | undefined {
  switch (context.settings.writeBack) {
    case "off":
      return undefined;
    case "entity-property":
      return propertyWriteBack(new JiraWriteBackClient(context));
    case "remote-link":
      return linkWriteBack(new JiraWriteBackClient(context));
  }
}
