import { dispatchReportBounds } from "#shared/model/notification.ts";
import type { DispatchReport } from "#shared/model/notification.ts";

/**
 * A report as a dispatch can keep it. What is kept is written as it is and parsed when it is read: a report
 * with one line too long could never be read again, and would hold up everything else for its recipient.
 */
export function fittingReport(report: DispatchReport): DispatchReport {
  const { text, title, url, lines: linesMax, sections: sectionsMax } = dispatchReportBounds;
  const sections = report.sections.slice(0, sectionsMax).map((section) => {
    const lines = section.lines.slice(0, linesMax).map((line) => {
      const said = { text: cut(line.text, text) };
      // Half an address leads nowhere.
      return line.url === undefined || line.url.length > url ? said : { ...said, url: line.url };
    });
    const more = (section.more ?? 0) + section.lines.length - lines.length;
    return { title: cut(section.title, title), lines, ...(more > 0 && { more }) };
  });
  return { sentence: cut(report.sentence, text), sections };
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 2).toWellFormed()}…`;
}
