/** Where a message stands: its channel, and its time there, which is its name. */
export interface Shown {
  readonly channel: string;
  readonly ts: string;
}

export function receiptOf({ channel, ts }: Shown): string {
  return `${channel}/${ts}`;
}

export function readReceipt(receipt: string): Shown | undefined {
  const [, channel, ts] = /^([A-Z0-9]{2,30})\/(\d{1,12}\.\d{1,8})$/u.exec(receipt) ?? [];
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}
