import type { Labels } from '@weir/model'

const PRIME = 0x100000001b3n
const BASIS = 0xcbf29ce484222325n
const MASK = 0xffffffffffffffffn

/**
 * The name under which Alertmanager knows a label set: FNV-1a, 64 bit, over name, 0xFF, value,
 * 0xFF, names sorted; 16 hex digits.
 */
export function fingerprint(labels: Labels): string {
  let hash = BASIS
  for (const text of labels.flat) {
    for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * PRIME) & MASK
    hash = ((hash ^ 0xffn) * PRIME) & MASK
  }
  return hash.toString(16).padStart(16, '0')
}

/** A 32-bit hash to spread work over time; means nothing else. */
export function spreadHash(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
