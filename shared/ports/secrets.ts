/** One flat map of secret strings per name. */
export type SecretValues = Readonly<Record<string, string>>;

/** Secret storage. Names look like `connection/<connectionId>`; values never reach the table in the clear. */
export interface Secrets {
  /** `fresh` skips any cache: used once when a signature does not match, after a rotation. */
  read(name: string, options?: { readonly fresh?: boolean }): Promise<SecretValues | undefined>;
  /** Creates or replaces the whole map. */
  write(name: string, values: SecretValues): Promise<void>;
  /** Adds or replaces some keys, keeps the others. */
  merge(name: string, values: SecretValues): Promise<void>;
  /** Idempotent. */
  remove(name: string): Promise<void>;
}
