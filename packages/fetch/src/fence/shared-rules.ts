import { invariant } from '@weir/model'
import type { FenceRules } from './fence.ts'

/**
 * Rules in memory that all threads share, so that none makes a connection by rules of before:
 *
 *     0 version, 4 bytes │ 4 length, 4 bytes │ 8 the rules as JSON
 *
 * The version is odd while they are written. One thread writes; those who read while it does look again.
 */
export type SharedRulesMemory = SharedArrayBuffer

/** Two lists of a thousand names, each as long as one may be; what is not written takes no memory. */
const BYTES = 1024 * 1024
const HEAD_BYTES = 8
const VERSION = 0
const LENGTH = 1

export function sharedRules(rules: FenceRules): SharedRulesMemory {
  const memory = new SharedArrayBuffer(BYTES)
  writeRules(memory, rules)
  return memory
}

export function writeRules(memory: SharedRulesMemory, { allow, deny }: FenceRules): void {
  const bytes = Buffer.from(JSON.stringify({ allow, deny }))
  invariant(bytes.length <= BYTES - HEAD_BYTES, 'rules of outgoing connections fit their memory')
  const head = new Int32Array(memory, 0, HEAD_BYTES / 4)
  Atomics.add(head, VERSION, 1)
  Atomics.store(head, LENGTH, bytes.length)
  new Uint8Array(memory, HEAD_BYTES).set(bytes)
  Atomics.add(head, VERSION, 1)
}

/** Another number after each change. */
export function versionOf(memory: SharedRulesMemory): number {
  return Atomics.load(new Int32Array(memory, 0, 1), VERSION)
}

export function readRules(memory: SharedRulesMemory): {
  readonly rules: FenceRules
  readonly version: number
} {
  const head = new Int32Array(memory, 0, HEAD_BYTES / 4)
  for (;;) {
    const version = Atomics.load(head, VERSION)
    const bytes = new Uint8Array(memory, HEAD_BYTES, Atomics.load(head, LENGTH)).slice()
    if (version % 2 !== 0 || version !== Atomics.load(head, VERSION)) continue
    return { rules: JSON.parse(Buffer.from(bytes).toString()) as FenceRules, version }
  }
}
