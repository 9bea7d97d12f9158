import { type Alert, Labels, STALE_MARKER, SampleColumns } from '@weir/model'
import { MemoryQueryable, instantQuery, parseSelector } from '@weir/promql'
import { parseRuleFile } from '../rules/config.ts'
import { LiveGroup } from '../rules/group.ts'
import { DEFAULT_NO_DATA, type NoDataPolicy } from '../rules/no-data.ts'
import type { RuleQuery } from '../rules/source.ts'
import type { ActiveAlertView } from '../rules/view.ts'
import { AlertingEvents } from '../telemetry.ts'
import { ManualClock } from './manual-clock.ts'
import { MemoryStore, RecordingAppender, recordingTelemetry } from './memory-rooms.ts'

const MINUTE_MS = 60_000

/**
 * A rule over series, minute by minute. A series is its name and a word per minute: a value, `_` for
 * none, `stale`, and `5x3` for three times 5. A sample is seen for a minute only.
 *
 * The answer has a word per minute, too: `.` for nothing, else the alerts, each as the first letter of
 * its severity (`f` without one), a capital when it fires, with a mark: `?` no data, `<` held by its
 * reset, `~` held because it flaps, `*` by keep_firing_for.
 */
export async function playRule(
  rule: string,
  series: readonly string[],
  options: { readonly noData?: NoDataPolicy; readonly restartAt?: number } = {},
): Promise<{
  readonly states: string
  readonly sent: Alert[]
  /** Minutes at which ends were told again. */
  readonly endsAgainAt: number[]
  readonly asked: string[]
}> {
  const memory = new MemoryQueryable()
  const minutes = Math.max(...series.map((line) => load(memory, line)))
  const asked: string[] = []
  const query: RuleQuery = async (expr, timeMs) => {
    asked.push(expr)
    const { value } = instantQuery(memory, { expr, timeMs, options: { lookbackMs: MINUTE_MS } })
    if (value.kind === 'vector') return value.series
    if (value.kind === 'scalar') return [{ labels: Labels.EMPTY, value: value.value }]
    throw new Error(`no rule asks for a ${value.kind}`)
  }
  const sent: Alert[] = []
  const endsAgainAt: number[] = []
  let minute = 0
  const store = new MemoryStore()
  const spec = parseRuleFile({
    fileName: 'r.yml',
    text: `groups:\n- name: g\n  interval: 1m\n  rules:\n  - ${rule.trim().replaceAll('\n', '\n    ')}\n`,
  })[0]!
  const open = (startMs: number): LiveGroup =>
    new LiveGroup(spec, {
      query,
      appender: new RecordingAppender(),
      store,
      clock: new ManualClock(startMs),
      sink: {
        receive: async (alerts) => {
          sent.push(...alerts)
        },
        repeatEnds: async (alerts) => {
          endsAgainAt.push(...alerts.map(() => minute))
        },
      },
      events: new AlertingEvents(recordingTelemetry().telemetry),
      externalUrl: 'http://weir',
      externalLabels: Labels.EMPTY,
      evaluationIntervalMs: MINUTE_MS,
      queryOffsetMs: 0,
      resendDelayMs: MINUTE_MS,
      noData: options.noData ?? DEFAULT_NO_DATA,
    })
  let group = open(0)
  const states: string[] = []
  for (; minute < minutes; minute++) {
    if (minute === options.restartAt) {
      group = open(minute * MINUTE_MS)
      group.restore()
    }
    await group.evaluate(minute * MINUTE_MS)
    const [view] = group.view().rules
    if (view?.type !== 'alerting') throw new Error('want an alerting rule')
    if (view.lastError !== undefined) throw new Error(view.lastError)
    states.push(view.alerts.map(wordOf).toSorted().join('') || '.')
  }
  return { states: states.join(' '), sent, endsAgainAt, asked }
}

function wordOf(alert: ActiveAlertView): string {
  const letter = (alert.labels['severity'] ?? 'f').charAt(0)
  const mark =
    alert.noDataSince !== undefined
      ? '?'
      : alert.heldBy === 'reset'
        ? '<'
        : alert.heldBy === 'flapping'
          ? '~'
          : alert.keepFiringSince !== undefined
            ? '*'
            : ''
  return (alert.state === 'firing' ? letter.toUpperCase() : letter) + mark
}

/** Adds a line; how many minutes it lasts. */
function load(memory: MemoryQueryable, line: string): number {
  const [, selector = '', rest = ''] = /^(\w+(?:\{.*\})?)\s+(.*)$/.exec(line)!
  const words = rest.split(/\s+/).flatMap((word) => {
    const [, item = '', times = '1'] = /^(.*?)(?:x(\d+))?$/.exec(word)!
    return Array.from({ length: Number(times) }, () => item)
  })
  const columns = new SampleColumns(words.length)
  for (const [minute, word] of words.entries()) {
    if (word === '_') continue
    columns.push(minute * MINUTE_MS, word === 'stale' ? STALE_MARKER : Number(word))
  }
  const matchers = parseSelector(selector)
  memory.add(Labels.fromFlat(matchers.flatMap(({ name, value }) => [name, value])), columns)
  return words.length
}
