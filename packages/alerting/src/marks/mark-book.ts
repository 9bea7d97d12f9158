import { type Clock, type KeyValueStore, WeirError } from '@weir/model'
import { type SharedPart, type SharedValue, nextVersion } from '../cluster/shared-part.ts'
import type { AlertEvent } from '../history/alert-event.ts'
import type { KnownAlert } from '../route/alert-store.ts'
import type { Silences } from '../silence/silences.ts'
import { type AlertMarks, MARK_LIMITS, NO_MARKS, marksAt } from './alert-marks.ts'
import { type KeptMarks, mergedMarks, readMarks } from './peer-marks.ts'

/** Acknowledgements, snoozes, assignments and notes. Each change is on disk once its promise resolves. */
export interface MarkDoor {
  /** As they hold now; undefined when nobody said anything. */
  get(fingerprint: string): AlertMarks | undefined
  /** @throws {WeirError} `ALERT_UNKNOWN`, `MARK_INVALID`, as all that change something */
  ack(
    prints: readonly string[],
    said: { readonly by: string; readonly comment: string },
  ): Promise<void>
  unack(prints: readonly string[], by: string): Promise<void>
  /** @param said `to: ''` takes it back */
  assign(
    prints: readonly string[],
    said: { readonly by: string; readonly to: string },
  ): Promise<void>
  note(
    prints: readonly string[],
    said: { readonly by: string; readonly text: string },
  ): Promise<void>
  /** @param said `untilMs: null` is until it is resolved */
  snooze(
    prints: readonly string[],
    said: { readonly by: string; readonly untilMs: number | null; readonly comment: string },
  ): Promise<void>
  /** Ends a snooze. */
  wake(prints: readonly string[], by: string): Promise<void>
}

/** A snooze until resolved is a silence that would end then, and is ended with its alert. */
const UNTIL_RESOLVED_MS = 30 * 86_400_000
const PREFIX = 'alerting/marks/'
/** In the annotations of a silence: the alert that it snoozes. */
const SNOOZES = 'weir_snooze'

export interface MarkOptions {
  readonly store: KeyValueStore
  readonly clock: Clock
  readonly silences: Pick<Silences, 'set' | 'expire' | 'get'>
  readonly alertOf: (fingerprint: string) => KnownAlert | undefined
  /** Gets what was done, for the history. */
  readonly record: (event: AlertEvent) => void
  /** Hears of what is said here. */
  readonly changed?: (fingerprint: string) => void
  /** Hears of what a peer said that cannot be read. */
  readonly refused?: () => void
}

export class MarkBook implements MarkDoor {
  /** As peers see it. */
  readonly part: SharedPart
  readonly #options: MarkOptions
  readonly #marks = new Map<string, KeptMarks>()

  constructor(options: MarkOptions) {
    this.#options = options
    for (const [, value] of options.store.entries(PREFIX)) {
      const marks = value as KeptMarks
      this.#marks.set(marks.fingerprint, marks)
    }
    this.part = {
      name: 'marks',
      keys: () => this.#marks.keys(),
      get: (print) => {
        const marks = this.#marks.get(print)
        return marks && { ...marks, changedMs: marks.changedMs ?? 0 }
      },
      merge: (records) => this.#merge(records),
    }
  }

  async #merge(records: readonly SharedValue[]): Promise<readonly string[]> {
    const newer: KeptMarks[] = []
    for (const { key, value } of records) {
      const heard = readMarks(key, value)
      if (heard === undefined) {
        this.#options.refused?.()
        continue
      }
      const merged = mergedMarks(this.#marks.get(key), heard)
      if (merged !== undefined) newer.push(merged)
    }
    if (newer.length > 0) await this.#keep(newer)
    return newer.map(({ fingerprint }) => fingerprint)
  }

  /** Whether somebody knows of the alert since it fires: then it need not be told again. */
  isAcked(fingerprint: string): boolean {
    if (this.#marks.size === 0) return false
    return (this.get(fingerprint)?.ack ?? null) !== null
  }

  get(fingerprint: string): AlertMarks | undefined {
    const marks = this.#marks.get(fingerprint)
    if (marks === undefined) return undefined
    const { alertOf, clock } = this.#options
    const startsAtMs = alertOf(fingerprint)?.startsAtMs ?? Infinity
    return marksAt(marks, { startsAtMs, nowMs: clock.now() })
  }

  async ack(
    prints: readonly string[],
    { by, comment }: { readonly by: string; readonly comment: string },
  ): Promise<void> {
    checkText('comment', comment)
    await this.#change(
      prints,
      by,
      'acked',
      (marks, signed) => ({
        ...marks,
        ack: { ...signed, comment },
      }),
      comment,
    )
  }

  async unack(prints: readonly string[], by: string): Promise<void> {
    await this.#change(prints, by, 'unacked', (marks) => ({ ...marks, ack: null }))
  }

  async assign(
    prints: readonly string[],
    { by, to }: { readonly by: string; readonly to: string },
  ): Promise<void> {
    checkName('to', to)
    await this.#change(
      prints,
      by,
      'assigned',
      (marks, signed) => ({
        ...marks,
        assignee: to === '' ? null : { ...signed, to },
      }),
      to,
    )
  }

  async note(
    prints: readonly string[],
    { by, text }: { readonly by: string; readonly text: string },
  ): Promise<void> {
    checkText('text', text)
    if (text.trim() === '') throw invalid('want a text')
    await this.#change(
      prints,
      by,
      'noted',
      (marks, signed) => {
        if (marks.notes.length >= MARK_LIMITS.notes) {
          throw invalid(`want at most ${MARK_LIMITS.notes} notes on an alert`)
        }
        return { ...marks, notes: [...marks.notes, { ...signed, text }] }
      },
      text,
    )
  }

  async snooze(
    prints: readonly string[],
    said: { readonly by: string; readonly untilMs: number | null; readonly comment: string },
  ): Promise<void> {
    const { by, untilMs, comment } = said
    const { clock, silences } = this.#options
    const nowMs = clock.now()
    checkText('comment', comment)
    checkName('by', by)
    if (untilMs !== null && untilMs <= nowMs) throw invalid('want an end that is yet to come')
    for (const alert of this.#alerts(prints)) {
      await this.#endSnooze(alert.fingerprint)
      const silenceId = await silences.set({
        matchers: [...alert.labels].map(([name, value]) => ({ name, operator: '=', value })),
        startsAtMs: nowMs,
        endsAtMs: untilMs ?? nowMs + UNTIL_RESOLVED_MS,
        createdBy: by,
        comment: comment || (untilMs === null ? 'snoozed until resolved' : 'snoozed'),
        annotations: { [SNOOZES]: alert.fingerprint },
      })
      await this.#change(
        [alert.fingerprint],
        by,
        'snoozed',
        (marks, signed) => ({
          ...marks,
          snooze: { ...signed, silenceId, untilMs },
        }),
        comment,
        untilMs,
      )
    }
  }

  async wake(prints: readonly string[], by: string): Promise<void> {
    checkName('by', by)
    for (const { fingerprint } of this.#alerts(prints)) {
      await this.#endSnooze(fingerprint)
      await this.#change([fingerprint], by, 'woken', (marks) => ({ ...marks, snooze: null }))
    }
  }

  async #endSnooze(fingerprint: string): Promise<void> {
    const { silences } = this.#options
    const id = this.#marks.get(fingerprint)?.snooze?.silenceId
    if (id !== undefined && silences.get(id) !== undefined) await silences.expire(id)
  }

  /** An alert is over: what was snoozed until then is told again. */
  async resolved(fingerprint: string): Promise<void> {
    const marks = this.#marks.get(fingerprint)
    if (marks?.snooze?.untilMs !== null) return
    await this.#endSnooze(fingerprint)
    await this.#write([{ ...marks, snooze: null }])
  }

  async #change(
    prints: readonly string[],
    by: string,
    kind: AlertEvent['kind'],
    change: (
      marks: AlertMarks,
      signed: { readonly by: string; readonly atMs: number },
    ) => AlertMarks,
    text = '',
    untilMs: number | null = null,
  ): Promise<void> {
    checkName('by', by)
    if (by.trim() === '') throw invalid('want `by`, who says so')
    const atMs = this.#options.clock.now()
    const fingerprints = this.#alerts(prints).map((alert) => alert.fingerprint)
    await this.#write(
      fingerprints.map((fingerprint) =>
        change(this.#marks.get(fingerprint) ?? { ...NO_MARKS, fingerprint }, { by, atMs }),
      ),
    )
    const said = { ...(text === '' ? {} : { text }), ...(untilMs === null ? {} : { untilMs }) }
    this.#options.record({ atMs, kind, fingerprints, by, ...said })
  }

  #alerts(prints: readonly string[]): KnownAlert[] {
    const { alertsAtOnce } = MARK_LIMITS
    if (prints.length === 0 || prints.length > alertsAtOnce) {
      throw invalid(`want 1 to ${alertsAtOnce} alerts at a time, got ${prints.length}`)
    }
    return prints.map((print) => {
      const alert = this.#options.alertOf(print)
      if (alert !== undefined) return alert
      const why = `Cannot find alert ${JSON.stringify(print.slice(0, 40))}: none with this fingerprint fires`
      throw new WeirError('ALERT_UNKNOWN', why)
    })
  }

  async #write(all: readonly AlertMarks[]): Promise<void> {
    const nowMs = this.#options.clock.now()
    const stamped = all.map((marks) => {
      const before = this.#marks.get(marks.fingerprint)?.changedMs
      return { ...marks, changedMs: nextVersion(nowMs, before) }
    })
    await this.#keep(stamped)
    for (const { fingerprint } of stamped) this.#options.changed?.(fingerprint)
  }

  async #keep(all: readonly KeptMarks[]): Promise<void> {
    await this.#options.store.write(
      all.map((marks) => ({ key: PREFIX + marks.fingerprint, value: marks })),
    )
    for (const marks of all) this.#marks.set(marks.fingerprint, marks)
  }

  /** Forgets what was said about alerts that nobody knows any more. */
  async collect(): Promise<void> {
    const gone = [...this.#marks.keys()].filter((one) => this.#options.alertOf(one) === undefined)
    if (gone.length === 0) return
    await this.#options.store.write(gone.map((one) => ({ key: PREFIX + one, value: undefined })))
    for (const one of gone) this.#marks.delete(one)
  }
}

function checkText(name: string, text: string): void {
  checkLength(name, text, MARK_LIMITS.textLength)
}

function checkName(name: string, text: string): void {
  checkLength(name, text, MARK_LIMITS.nameLength)
}

function checkLength(name: string, text: string, max: number): void {
  if (text.length > max)
    throw invalid(`want at most ${max} characters in \`${name}\`, got ${text.length}`)
}

function invalid(why: string): WeirError {
  return new WeirError('MARK_INVALID', `Cannot mark an alert: ${why}`)
}
