/**
 * The rules of grafana/dashboard-linter on every pack's boards, by the linter's own names. Left out are
 * target-job, target-instance, template-job and template-instance: pipelines are what we tell apart.
 * target-logql, which parses LogQL, is left to the linter itself and to the tests of panels.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseExpr, partsOf } from '@weir/promql'
import { describe, expect, test } from 'vitest'
import { PACKS } from '../registry.ts'
import { findPeer } from '../testing/peers.ts'
import { exportDashboard } from './files.ts'

interface Panel {
  readonly type: string
  readonly title: string
  readonly description: string
  readonly datasource?: { readonly uid: string }
  readonly fieldConfig?: {
    readonly defaults: { readonly unit: string; readonly mappings?: unknown }
  }
  readonly targets?: readonly { readonly expr: string }[]
  readonly panels?: readonly Panel[]
}

interface Variable {
  readonly name: string
  readonly label: string
  readonly type: string
  readonly refresh?: number
  readonly definition?: string
  readonly query: unknown
}

interface Board {
  readonly editable: boolean
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly Variable[] }
}

const BOARDS = PACKS.flatMap((pack) =>
  pack.dashboards.map(
    ({ name }) => [name, JSON.parse(exportDashboard(pack, name) ?? '') as Board] as const,
  ),
)

/** Grafana's ids of units, as far as figures of pipelines need them. */
const UNITS = new Set(
  (
    'none string short percent percentunit hex locale bytes decbytes kbytes mbytes gbytes bits decbits ' +
    'pps binBps Bps binbps bps KBs MBs dateTimeAsIso dateTimeAsLocal dateTimeAsSystem dateTimeFromNow ' +
    'hertz ns µs ms s m h d dtdurationms dtdurations dthms clocks cps eps recps rowsps ops reqps rps wps iops cpm opm rpm ' +
    'wpm mps celsius bool bool_yes_no bool_on_off'
  ).split(' '),
)
const JUDGED = new Set(['stat', 'timeseries', 'gauge'])

/** All panels, those of collapsed rows too. */
function panelsOf(board: Board): Panel[] {
  return board.panels.flatMap((panel) => [panel, ...(panel.panels ?? [])])
}

function judged(board: Board): Panel[] {
  return panelsOf(board).filter(({ type }) => JUDGED.has(type))
}

/** PromQL of the panels, with what Grafana fills in. */
function promql(board: Board): string[] {
  return panelsOf(board)
    .filter(({ type }) => type !== 'logs')
    .flatMap(({ targets = [] }) => targets.map(({ expr }) => expr))
}

/** A duration that nobody would write, in place of the variable. */
const RATE_MS = 11_277_964
const filled = (expr: string): string =>
  expr
    .replaceAll(/\$(__rate_interval|\{__rate_interval\})/g, `${RATE_MS}ms`)
    .replaceAll(/\$(__interval|__range|\{__interval\}|\{__range\})/g, '1h')

describe.each(BOARDS)('%s', (name, board) => {
  const sources = board.templating.list.filter(({ type }) => type === 'datasource')
  const queries = board.templating.list.filter(({ type }) => type === 'query')

  test('template-datasource-rule', () => {
    const named = sources.map(({ name: variable, label }) => [variable, label])
    expect([
      [['datasource', 'Data source']],
      [
        ['prometheus_datasource', 'Prometheus data source'],
        ['loki_datasource', 'Loki data source'],
      ],
    ]).toContainEqual(named)
  })

  test('template-label-promql-rule and template-on-time-change-reload-rule', () => {
    for (const { definition = '', refresh } of queries) {
      const [, expr = ''] = /^label_values\((.+), \w+\)$/.exec(definition) ?? []
      expect(() => parseExpr(filled(expr))).not.toThrow()
      expect(refresh).toBe(2)
    }
  })

  test('panel-datasource-rule', () => {
    const uids = sources.map((variable) => `\${${variable.name}}`)
    const strange = panelsOf(board).filter(
      ({ datasource }) => datasource !== undefined && !uids.includes(datasource.uid),
    )
    expect(strange.map(({ title }) => title)).toEqual([])
  })

  test('panel-title-description-rule and panel-no-targets-rule', () => {
    const mute = judged(board).filter(
      ({ title, description, targets = [] }) =>
        title === '' || description === '' || targets.length === 0,
    )
    expect(mute.map(({ title }) => title)).toEqual([])
  })

  test('panel-units-rule', () => {
    const odd = judged(board).flatMap(({ title, fieldConfig }) => {
      const { unit = '', mappings } = fieldConfig?.defaults ?? {}
      return mappings !== undefined || UNITS.has(unit) ? [] : [`${title}: ${unit}`]
    })
    expect(odd).toEqual([])
  })

  test('target-promql-rule', () => {
    for (const expr of promql(board)) expect(() => parseExpr(filled(expr)), expr).not.toThrow()
  })

  test('target-rate-interval-rule', () => {
    const fixed = promql(board).filter((expr) =>
      [...partsOf(parseExpr(filled(expr)))].some(
        (part) =>
          part.kind === 'call' &&
          /^i?rate$/.test(part.name) &&
          part.args.some((arg) => arg.kind === 'range' && arg.rangeMs !== RATE_MS),
      ),
    )
    expect(fixed).toEqual([])
  })

  test('target-counter-agg-rule', () => {
    const bare = promql(board).filter((expr) => {
      const inside = new Set<unknown>()
      const parts = [...partsOf(parseExpr(filled(expr)))]
      for (const part of parts) {
        if (part.kind !== 'call' || !/^(i?rate|increase)$/.test(part.name)) continue
        for (const arg of part.args) if (arg.kind === 'range') inside.add(arg.selector)
      }
      return parts.some(
        (part) =>
          part.kind === 'selector' && part.metricName.endsWith('_total') && !inside.has(part),
      )
    })
    expect(bare).toEqual([])
  })

  test('uneditable-dashboard', () => {
    expect(board.editable).toBe(false)
  })
})

const linter = findPeer('dashboard-linter')
const reason = linter === undefined ? ' (not run: dashboard-linter is not installed)' : ''

test.skipIf(linter === undefined).each(BOARDS)(
  `%s passes dashboard-linter${reason}`,
  (_, board) => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-lint-'))
    try {
      const left = ['target-job', 'target-instance', 'template-job', 'template-instance']
      const exclusions = left.map((rule) => `  ${rule}-rule:\n`).join('')
      writeFileSync(join(folder, '.lint'), `exclusions:\n${exclusions}`)
      const file = join(folder, 'board.json')
      writeFileSync(file, JSON.stringify(board))
      const args = ['lint', '--strict', '--config', join(folder, '.lint'), file]
      const done = spawnSync(linter ?? '', args, { encoding: 'utf8' })
      expect(done.status, done.stdout + done.stderr).toBe(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)
