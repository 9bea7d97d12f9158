import type { AlertEventView } from '@weir/packs'

/** A time during which an alert was in one state. */
export interface Span {
  readonly state: 'pending' | 'firing' | 'held' | 'acked'
  readonly fromMs: number
  readonly toMs: number
}

/** The life of an alert as spans, oldest first, from its events (newest first) until now. */
export function spansOf(events: readonly AlertEventView[], nowMs: number): Span[] {
  const spans: Span[] = []
  const life = { isPending: false, isFiring: false, isHeld: false, isAcked: false }
  let fromMs = 0
  for (const { kind, atMs } of events.toReversed()) {
    const before = stateIn(life)
    step(life, kind)
    if (stateIn(life) === before) continue
    if (before !== undefined && atMs > fromMs) spans.push({ state: before, fromMs, toMs: atMs })
    fromMs = atMs
  }
  const last = stateIn(life)
  if (last !== undefined) spans.push({ state: last, fromMs, toMs: nowMs })
  return spans
}

interface Life {
  isPending: boolean
  isFiring: boolean
  isHeld: boolean
  isAcked: boolean
}

function stateIn({ isPending, isFiring, isHeld, isAcked }: Life): Span['state'] | undefined {
  if (!isFiring) return isPending ? 'pending' : undefined
  return isHeld ? 'held' : isAcked ? 'acked' : 'firing'
}

function step(life: Life, kind: string): void {
  switch (kind) {
    case 'pending':
      life.isPending = true
      return
    case 'firing':
      Object.assign(life, { isPending: false, isFiring: true, isHeld: false, isAcked: false })
      return
    case 'resolved':
      Object.assign(life, { isPending: false, isFiring: false })
      return
    case 'held':
    case 'released':
      life.isHeld = kind === 'held'
      return
    case 'acked':
    case 'unacked':
      life.isAcked = kind === 'acked'
      return
  }
}

const WORDS: Readonly<Record<string, string>> = {
  pending: 'Pending',
  firing: 'Began to fire',
  resolved: 'Resolved',
  held: 'Held back',
  released: 'No longer held back',
  notified: 'Told',
  failed: 'Could not be told',
  acked: 'Acknowledged',
  unacked: 'No longer acknowledged',
  snoozed: 'Snoozed',
  woken: 'No longer snoozed',
  assigned: 'Assigned',
  noted: 'Note',
}

/** What happened, in one line. */
export function eventText(event: AlertEventView): string {
  const { kind, by, receiver, integration, why, text } = event
  // A receiver that only records tells nobody.
  if (kind === 'notified' && integration === 'record') return `Shown here (${why ?? ''})`
  const to = receiver === undefined ? '' : ` ${[receiver, integration].filter(Boolean).join(' · ')}`
  const who = by === undefined ? '' : ` by ${by}`
  const because = why === undefined ? '' : ` (${why})`
  const said = text === undefined ? '' : kind === 'assigned' ? ` to ${text}` : `: ${text}`
  return `${WORDS[kind] ?? kind}${to}${who}${because}${said}`
}
