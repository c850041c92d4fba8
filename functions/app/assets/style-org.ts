/** What the pages of the organisation and of erasures draw. */
export const styleOrg = `
.chip[aria-current=date] { border-color: var(--accent); background: var(--accent-soft); color: var(--accent); }
.coming { margin-bottom: 20px; }
.sections > * + * { margin-top: 20px; }
.card > .table-wrap { box-shadow: none; margin-top: 12px; }
.bullets { list-style: disc; padding-left: 1.2em; }
.bullets li + li { margin-top: 4px; }
details .field > input { max-width: 280px; }
`;
