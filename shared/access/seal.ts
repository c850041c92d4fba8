import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const algorithm = "aes-256-gcm";
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** A key that nobody can guess, as text. */
export function newSealKey(): string {
  return randomBytes(keyBytes).toString("base64");
}

/**
 * Encrypts a text so that only who holds the key can read it, and only as what it is `about`: moved to
 * another record, it does not open. AES-256-GCM with a random nonce, which a key may use billions of times.
 */
export function seal(text: string, key: string, about: string): string {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(algorithm, Buffer.from(key, "base64"), nonce);
  cipher.setAAD(Buffer.from(about));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString("base64");
}

/** Undefined for what was not sealed with this key about this. */
export function unseal(sealed: string, key: string, about: string): string | undefined {
  const bytes = Buffer.from(sealed, "base64");
  try {
    const nonce = bytes.subarray(0, nonceBytes);
    const decipher = createDecipheriv(algorithm, Buffer.from(key, "base64"), nonce);
    decipher.setAAD(Buffer.from(about));
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
    const body = bytes.subarray(nonceBytes + tagBytes);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString("utf8");
  } catch {
    // Node says in many ways that bytes, key and tag do not belong together.
    return undefined;
  }
}
