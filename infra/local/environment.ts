/** What the local hub says where AWS would name a region and an account. */
export const region = "local";
export const accountId = "000000000000";
