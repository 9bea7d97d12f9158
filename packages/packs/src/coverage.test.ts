/** docs/packs/coverage.md says where each thing that was asked of a pack is; here each place is looked up. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { recordedNames, seriesNames } from './check/expressions.ts'
import type { Pack } from './pack.ts'
import { PACKS } from './registry.ts'

const ROOT = join(import.meta.dirname, '../../..')
const PAGE = readFileSync(join(ROOT, 'docs/packs/coverage.md'), 'utf8')

interface Row {
  readonly asked: string
  /** `kind:what` each. */
  readonly places: readonly string[]
}

/** Rows of the tables of the section whose heading ends in the pack's id: `` ## Dkron (`dkron`) ``. */
function rowsOf(id: string): Row[] | undefined {
  const section = PAGE.split(/^## /m).find((text) => text.split('\n')[0]!.endsWith(`(\`${id}\`)`))
  return section
    ?.split('\n')
    .filter((line) => /^\|(?! *(-|asked))/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map(([asked = '', where = '']) => ({
      asked: asked.trim(),
      places: [...where.matchAll(/`([^`]+)`/g)].map((found) => found[1]!),
    }))
}

/** Why a place is not to be found; undefined when it is. */
function missing(pack: Pack, place: string): string | undefined {
  const [, kind = '', what = ''] = /^(\w+):(.+)$/s.exec(place) ?? []
  const known = namesOf(pack, kind)
  if (known !== undefined) return known.has(what) ? undefined : `no ${kind} ${what}`
  if (kind === 'test') {
    // `test:airflow/rules.test.ts: title or a part of it`
    const [file = '', title = ''] = what.split(': ')
    const path = join(import.meta.dirname, file)
    return existsSync(path) && readFileSync(path, 'utf8').includes(title)
      ? undefined
      : `no test ${what}`
  }
  if (kind === 'docs') {
    const [file = '', words = ''] = what.split(': ')
    const path = join(ROOT, 'docs', file)
    return existsSync(path) && readFileSync(path, 'utf8').includes(words)
      ? undefined
      : `no page ${what}`
  }
  return `cannot read ${place}`
}

function namesOf(pack: Pack, kind: string): ReadonlySet<string> | undefined {
  switch (kind) {
    case 'metric':
      return new Set(
        pack.metrics.flatMap((metric) => [
          metric.name,
          ...(metric.aliases ?? []),
          ...seriesNames(metric),
        ]),
      )
    case 'alert':
      return new Set(pack.alerts.map(({ name }) => name))
    case 'record':
      return recordedNames(pack)
    case 'stage':
      return new Set(pack.stages.map(({ stage }) => stage))
    case 'way':
      return new Set(pack.ways?.map(({ title }) => title))
    case 'group':
      return new Set(pack.metrics.flatMap(({ group }) => group ?? []))
    case 'board': // `board:weir-airflow` or, a row or a panel of it, `board:weir-airflow/Pools`
      return new Set(
        pack.dashboards.flatMap(({ name, rows }) => [
          name,
          ...rows.flatMap(({ title, panels }) => [
            `${name}/${title}`,
            ...panels.map((panel) => `${name}/${panel.title}`),
          ]),
        ]),
      )
    default:
      return undefined
  }
}

describe.each(PACKS.map((pack) => [pack.id, pack] as const))('coverage of %s', (id, pack) => {
  const rows = rowsOf(id)

  test('has a section of its own', () => {
    expect(rows, `docs/packs/coverage.md wants a heading "## Title (\`${id}\`)"`).toBeDefined()
  })

  test('each row says where', () => {
    expect(rows?.filter(({ places }) => places.length === 0).map(({ asked }) => asked)).toEqual([])
  })

  test('each place is there', () => {
    expect(
      rows?.flatMap(({ places }) => places.flatMap((place) => missing(pack, place) ?? [])),
    ).toEqual([])
  })
})
