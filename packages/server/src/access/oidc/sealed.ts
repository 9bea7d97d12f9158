import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/**
 * Keeps a small value with the browser so that it can neither read nor change it: AES-256-GCM under a key of this
 * process. What is under way for logins thus takes no memory here, however many somebody begins; after a restart
 * they begin anew.
 */
export class Sealer {
  readonly #key = randomBytes(32)

  /** @param name where the text belongs; it opens under no other */
  seal(name: string, value: unknown): string {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(name))
    const text = Buffer.concat([cipher.update(JSON.stringify(value)), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')
  }

  /** What was sealed; undefined when this process did not seal it so. */
  open(name: string, sealed: string): unknown {
    const bytes = Buffer.from(sealed, 'base64url')
    if (bytes.length < 28) return undefined
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12))
      decipher.setAAD(Buffer.from(name)).setAuthTag(bytes.subarray(12, 28))
      const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()])
      return JSON.parse(text.toString())
    } catch {
      return undefined
    }
  }
}
