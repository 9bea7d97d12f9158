import { statfsSync } from 'node:fs'
import type { RuleGroupSource } from '@weir/alerting'
import { type AlertSink, type Clock, Labels } from '@weir/model'
import type { Telemetry } from '../telemetry/log.ts'

const LOOK_EVERY_MS = 15_000
/** So long nobody is told: a neighbour that fills the disk and cleans up at once is no alarm. */
const FOR_MS = 30_000
/** How long the alert lives without being said again: a few looks. Its rule may go on with it. */
const LIFE_MS = 4 * LOOK_EVERY_MS
const NAME = 'WeirDiskFull'

interface DiskAlarmOptions {
  /** Room on the disk of the data directory, bytes. */
  readonly room: () => { readonly free: number; readonly size: number }
  /** Below it samples are refused (`storage.metrics.disk_reserve`). */
  readonly reserveBytes: number
  /** The rules of packs that are awake. */
  readonly groups: () => readonly RuleGroupSource[]
  /** What `alert_relabel_configs` and the teams make of an alert's labels; undefined drops it. */
  readonly relabel: (labels: Labels) => Labels | undefined
  readonly sink: AlertSink
  readonly clock: Clock
  readonly telemetry: Telemetry
}

/**
 * The alert about a full disk, where its rule cannot know: a rule asks the store, and a disk that was
 * filled at once stopped the store before it could learn of it, so that what it has is the room of before.
 * Weir looks itself, and says what the rule would say, as the same alert. Where the pack or this alert of
 * it is off, this is silent, too.
 */
export class DiskAlarm {
  readonly #options: DiskAlarmOptions
  #sinceMs: number | undefined

  constructor(options: DiskAlarmOptions) {
    this.#options = options
  }

  /** Looks until the signal. */
  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.look()
      } catch (error) {
        this.#options.telemetry.log
          .sampled('disk_alarm', 60_000)
          ?.error({ error: String(error) }, 'Could not tell of a full disk')
      }
      await this.#options.clock.sleep(LOOK_EVERY_MS, signal).catch(() => undefined)
    }
  }

  /** Tells when the disk has been full for a while, and again while it is. */
  async look(): Promise<void> {
    const { room, reserveBytes, clock, sink } = this.#options
    const { free, size } = room()
    const nowMs = clock.now()
    if (free >= reserveBytes) {
      this.#sinceMs = undefined
      return
    }
    this.#sinceMs ??= nowMs
    if (nowMs - this.#sinceMs < FOR_MS) return
    const said = this.#said(`${((100 * free) / size).toPrecision(2)}%`)
    if (said === undefined) return
    const times = { startsAtMs: this.#sinceMs, endsAtMs: nowMs + LIFE_MS }
    await sink.receive([{ ...said, ...times, generatorUrl: '' }])
  }

  /** Labels and texts as the rule has them; undefined where there is no such rule. */
  #said(left: string): { readonly labels: Labels; readonly annotations: Labels } | undefined {
    for (const rule of this.#options.groups().flatMap(({ rules }) => rules)) {
      if (rule.alert !== NAME) continue
      const own = { alertname: NAME, instance: 'weir', pipeline: 'weir' }
      const labels = this.#options.relabel(Labels.of({ ...rule.labels, ...own }))
      const texts = Object.entries(rule.annotations ?? {}).map(
        ([name, text]) => [name, text.replaceAll(/\{\{.*?\}\}/g, left)] as const,
      )
      return labels && { labels, annotations: Labels.of(Object.fromEntries(texts)) }
    }
    return undefined
  }
}

/** Of the disk that a folder lies on. */
export function roomOn(folder: string): { readonly free: number; readonly size: number } {
  const { bsize, bavail, blocks } = statfsSync(folder)
  return { free: bavail * bsize, size: blocks * bsize }
}
