import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Answer,
  type Panel,
  type QueryResult,
  type Target,
  boardScope,
  displayOf,
  expandRepeats,
  formattedText,
  interpolate,
  panelFrames,
  readDashboards,
  seriesColorOf,
} from '@weir/boards'
import { expect, test } from 'vitest'

const FOLDER = join(import.meta.dirname, '../fixtures/dashboards')
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.json'))
const NOW = 1_700_000_000

type Kind = 'some' | 'nothing' | 'odd'

/** Labels that queries, legends and transformations of a panel speak of. */
function labelNames(panel: Panel): string[] {
  const queried = panel.targets.flatMap(({ expr, legendFormat = '' }) => [
    ...[...expr.matchAll(/\bby *\(([^)]*)\)/g)].flatMap(([, names]) => names!.split(',')),
    ...[...legendFormat.matchAll(/\{\{ *(\w+) *\}\}/g)].map(([, name]) => name!),
  ])
  const transformed = panel.transformations.flatMap(({ options }) =>
    ['fields', 'indexByName', 'excludeByName'].flatMap((key) => Object.keys(options[key] ?? {})),
  )
  const names = [...queried, ...transformed, 'instance', 'job', 'pod'].map((name) => name.trim())
  return [...new Set(names)].filter((name) => /^[a-z_]\w*$/.test(name))
}

function answerTo(target: Target, names: readonly string[], kind: Kind): QueryResult {
  if (target.language === 'logql') {
    const values = [[`${NOW}000000000`, 'level=info msg="a line"']] as const
    return {
      resultType: 'streams',
      result: kind === 'nothing' ? [] : [{ stream: { app: 'x' }, values }],
    }
  }
  const numbers = kind === 'odd' ? ['NaN', '+Inf', '-1e300', '', '-Inf'] : ['1', '2.5', '0', '1e9']
  const count = kind === 'nothing' ? 0 : 3
  const series = Array.from({ length: count }, (_, at) => {
    const metric = Object.fromEntries(names.map((name) => [name, `${name}-${at}`]))
    return target.format === 'heatmap' ? { ...metric, le: String(2 ** at) } : metric
  })
  if (target.instant === true) {
    return {
      resultType: 'vector',
      result: series.map((metric, at) => ({ metric, value: [NOW, numbers[at]!] as const })),
    }
  }
  return {
    resultType: 'matrix',
    result: series.map((metric) => ({
      metric,
      values: numbers.map((value, at) => [NOW + 15 * at, value] as const),
    })),
  }
}

/** Everything that a panel would write; and what is wrong with how it came about. */
function drawn(
  { panel, text }: Shown,
  kind: Kind,
): { readonly cells: readonly string[]; readonly faults: readonly string[] } {
  const names = labelNames(panel)
  const answers = panel.targets
    .filter(({ hide }) => hide !== true)
    .map((target): Answer => ({ target, result: answerTo(target, names, kind), stepMs: 15_000 }))
  const { frames, notes, empty } = panelFrames(panel, answers, { text, timeZone: 'utc' })
  const fields = frames.flatMap((frame) => frame.fields)
  const cells = fields.flatMap((field) => {
    const show = displayOf(field, { dark: true, timeZone: 'utc', nowMs: NOW * 1000 })
    return Array.from(field.values, (value) => formattedText(show(value)))
  })
  const faults = [
    ...notes.filter((note) => note.kind === 'broken').map((note) => note.text),
    ...fields
      .map((field) => seriesColorOf(field, true))
      .filter((color) => !/^(?:#|rgba)/.test(color)),
    ...cells.filter((cell) => /undefined|\[object/.test(cell)),
    ...(cells.length === 0 && answers.length > 0 && empty === undefined
      ? ['empty for no reason']
      : []),
  ]
  return { cells, faults: faults.map((fault) => `${panel.title}: ${fault}`) }
}

interface Shown {
  readonly panel: Panel
  readonly text: (template: string) => string
}

function panelsIn(file: string): Shown[] {
  const json: unknown = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))
  const { dashboard } = readDashboards(json).dashboards[0]!
  const choices = new Map(dashboard.templating.list.map(({ name }) => [name, ['chosen']] as const))
  const scope = boardScope(dashboard, { choices, from: 0, to: 3_600_000 })
  return expandRepeats(dashboard, scope).map(({ panel, scope: inside }) => ({
    panel,
    text: (template) => interpolate(template, inside),
  }))
}

test.each(FILES)('panels of %s draw figures, nothing, and the oddest figures', (file) => {
  const panels = panelsIn(file)
  const asking = panels.filter(({ panel }) => panel.targets.some(({ hide }) => hide !== true))
  const some = asking.map((shown) => ({ title: shown.panel.title, ...drawn(shown, 'some') }))
  expect(some.filter(({ cells }) => cells.length === 0).map(({ title }) => title)).toEqual([])
  const others = asking.flatMap((shown) => [drawn(shown, 'nothing'), drawn(shown, 'odd')])
  expect([...some, ...others].flatMap(({ faults }) => faults)).toEqual([])
})
