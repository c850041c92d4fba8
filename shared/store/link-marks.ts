/** What a person's link becomes when it is taken back: no link any more, to whoever reads links. */
export const endedLinkType = "ended-link";

/** On a person's link, standing or ended: when it stood before. */
export const stretchesAttribute = "stretches";
