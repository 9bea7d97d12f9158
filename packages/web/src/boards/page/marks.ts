import { type Annotation, type Dashboard, type Scope, interpolate } from '@weir/boards'
import { useLocalStorage } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { QueryResult } from '../../api/prometheus.ts'
import { eventsBetween } from '../../events/events-query.ts'
import { marksOf } from '../../events/marks-of.ts'
import { markColor } from '../../chart/marks.ts'
import type { PanelMark } from '../panels/panel-props.ts'
import { type BoardAnswer, askBoard } from './ask-board.ts'
import type { BoardTime } from './board-time.ts'

/** Whether a reader wants marks, and how many there are. */
export interface MarkChoice {
  readonly count: number
  readonly isShown: boolean
  readonly setShown: (isShown: boolean) => void
}

const NONE: readonly PanelMark[] = []
const MARKS_MAX = 300

/** What happened while a board's time went by: its annotations, events that were sent, alerts that fired. */
export function useMarks(
  dashboard: Dashboard,
  scope: Scope | undefined,
  time: BoardTime,
): MarkChoice & { readonly marks: readonly PanelMark[] } {
  const [isShown, setShown] = useLocalStorage({ key: 'weir-event-marks', defaultValue: true })
  const { data: events } = useQuery({
    ...eventsBetween(time.fromMs, time.toMs),
    refetchInterval: false,
    gcTime: 0,
    placeholderData: (before) => before,
  })
  const wanted = useMemo(
    () => [
      ...dashboard.annotations.list.filter(({ enable, expr }) => enable && (expr ?? '') !== ''),
      fired(dashboard),
    ],
    [dashboard],
  )
  const asked = scope === undefined ? [] : wanted.map((one) => askOf(one, scope, time))
  const { data: found } = useQuery({
    queryKey: ['board-marks', asked],
    queryFn: async ({ signal }) => {
      const answers: BoardAnswer[] = []
      await askBoard(asked, (answer) => answers.push(answer), signal)
      return answers
    },
    enabled: asked.length > 0,
    refetchInterval: false,
    gcTime: 0, // each refresh is another question
    placeholderData: (before) => before,
  })
  const marks = useMemo(() => {
    const own = marksOf(events?.events ?? []).map((mark): PanelMark => ({
      atMs: mark.at * 1000,
      title: mark.title,
      text: mark.text,
      color: markColor(mark.tone, false),
    }))
    const theirs = (found ?? []).flatMap((answer) => {
      const annotation = wanted[Number(answer.id)]
      return annotation === undefined || answer.status === 'error'
        ? []
        : marksIn(answer.data as QueryResult, annotation)
    })
    return [...own, ...theirs].toSorted((a, b) => b.atMs - a.atMs).slice(0, MARKS_MAX)
  }, [events, found, wanted])
  return { marks: isShown ? marks : NONE, count: marks.length, isShown, setShown }

  function askOf(annotation: Annotation, within: Scope, { fromMs, toMs }: BoardTime) {
    const stepMs = stepOf(toMs - fromMs)
    return {
      id: String(wanted.indexOf(annotation)),
      expr: interpolate(annotation.expr!, within, 'promql'),
      startMs: Math.floor(fromMs / stepMs) * stepMs,
      endMs: Math.floor(toMs / stepMs) * stepMs,
      stepMs,
      limit: MARKS_MAX,
    }
  }
}

/** Alerts that fired, whatever the board; on a pack's board those of other systems are left out. */
function fired({ tags }: Dashboard): Annotation {
  const system = tags[0] === 'weir' ? tags[1] : undefined
  const firing = (more: string): string => `ALERTS{alertstate="firing"${more}}`
  return {
    name: 'Alerts',
    enable: true,
    iconColor: '#c9392f',
    expr:
      system === undefined
        ? firing('')
        : `${firing(`,system=${JSON.stringify(system)}`)} or ${firing(',system=""')}`,
    titleFormat: '{{alertname}}',
    tagKeys: 'severity,pipeline,job,instance',
  }
}

function stepOf(rangeMs: number): number {
  return Math.max(15_000, Math.ceil(rangeMs / 500 / 15_000) * 15_000)
}

/** Stretches in which a series of an annotation is there and not zero. */
export function marksIn(result: QueryResult, annotation: Annotation): PanelMark[] {
  if (result.resultType !== 'matrix') return []
  return result.result.flatMap(({ metric, values = [] }) => {
    const on = values.filter(([, value]) => Number(value) !== 0).map(([seconds]) => seconds * 1000)
    const stepMs =
      values.length > 1
        ? Math.min(...values.slice(1).map(([at], i) => (at - values[i]![0]) * 1000))
        : 0
    const spans: { atMs: number; endMs: number }[] = []
    for (const at of on) {
      const last = spans.at(-1)
      if (last !== undefined && at - last.endMs <= stepMs * 1.5) last.endMs = at
      else spans.push({ atMs: at, endMs: at })
    }
    const keys = (annotation.tagKeys ?? '').split(',').map((key) => key.trim())
    const tags = keys.flatMap((key) => (metric[key] === undefined ? [] : [metric[key]]))
    const title = filled(annotation.titleFormat ?? '', metric) || annotation.name
    const text = [filled(annotation.textFormat ?? '', metric), ...tags].filter(
      (part) => part !== '',
    )
    return spans.map(({ atMs, endMs }) => ({
      atMs,
      ...(endMs > atMs ? { endMs } : {}),
      title,
      text: text.join(' · '),
      color: annotation.iconColor ?? '#2f6fb5',
    }))
  })
}

function filled(format: string, labels: Readonly<Record<string, string>>): string {
  return format.replaceAll(/\{\{\s*([^{}\s]+)\s*\}\}/g, (_, name: string) => labels[name] ?? '')
}
