import type { KeyValueChange } from '@weir/model'
import type { AlertEvent } from './alert-event.ts'

/** Events that lie on disk together, in order of time of writing, and the labels of alerts that began or ended in them. */
export interface HistoryPage {
  readonly events: AlertEvent[]
  readonly labels: Record<string, readonly string[]>
}

/** What is known of a page without reading it. */
export interface PageIndex {
  readonly id: string
  readonly fromMs: number
  readonly toMs: number
  readonly count: number
  /** The first half of each fingerprint in it: 32 bits, once each. */
  readonly prints: Uint32Array
}

interface StoredIndex extends Omit<PageIndex, 'prints' | 'id'> {
  readonly prints: string
}

export const PAGE_PREFIX = 'alerting/history/page/'
export const INDEX_PREFIX = 'alerting/history/index/'

export function pageChanges(index: PageIndex, page: HistoryPage): KeyValueChange[] {
  const { id, prints, ...rest } = index
  const bytes = Buffer.from(prints.buffer, prints.byteOffset, prints.byteLength)
  const stored: StoredIndex = { ...rest, prints: bytes.toString('base64') }
  return [
    { key: PAGE_PREFIX + id, value: page },
    { key: INDEX_PREFIX + id, value: stored },
  ]
}

export function pageGone(id: string): KeyValueChange[] {
  return [PAGE_PREFIX, INDEX_PREFIX].map((prefix) => ({ key: prefix + id, value: undefined }))
}

export function loadIndex(key: string, value: unknown): PageIndex {
  const stored = value as StoredIndex
  const bytes = new Uint8Array(Buffer.from(stored.prints, 'base64'))
  return { ...stored, id: key.slice(INDEX_PREFIX.length), prints: new Uint32Array(bytes.buffer) }
}

export function indexOf(id: string, events: readonly AlertEvent[]): PageIndex {
  let fromMs = Infinity
  let toMs = -Infinity
  const prints = new Set<number>()
  for (const { atMs, fingerprints } of events) {
    fromMs = Math.min(fromMs, atMs)
    toMs = Math.max(toMs, atMs)
    for (const print of fingerprints) prints.add(shortPrint(print))
  }
  return { id, fromMs, toMs, count: events.length, prints: Uint32Array.from(prints) }
}

export function shortPrint(fingerprint: string): number {
  return parseInt(fingerprint.slice(0, 8), 16) >>> 0
}
