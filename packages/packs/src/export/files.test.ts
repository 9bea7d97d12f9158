import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { PACKS } from '../registry.ts'
import { findPeer } from '../testing/peers.ts'
import { exportDashboard, exportPack, exportRules } from './files.ts'
import type { GrafanaPanel } from './grafana-panel.ts'

const GOLDEN = join(import.meta.dirname, 'golden')

const files = PACKS.flatMap((pack) =>
  exportPack(pack).map(({ name, text }) => [`${pack.id}/${name}`, text] as const),
)

// Helm's values hold what the other files hold: grafana.test.ts says how.
test.each(files.filter(([name]) => !name.endsWith('values.yaml')))(
  '%s is as it was',
  (name, text) => {
    const path = join(GOLDEN, name)
    if (process.env.WEIR_GOLDEN === 'write') {
      mkdirSync(join(path, '..'), { recursive: true })
      writeFileSync(path, text)
    }
    expect(text).toBe(readFileSync(path, 'utf8'))
  },
)

test.each(files.filter(([name]) => /ya?ml$/.test(name)))('%s is YAML', (_, text) => {
  expect(() => void parse(text)).not.toThrow()
})

const promtool = findPeer('promtool')
const reason = promtool === undefined ? ' (not run: promtool is not installed)' : ''

test.skipIf(promtool === undefined).each(PACKS.map((pack) => [pack.id, pack] as const))(
  `promtool finds nothing wrong with the rules of %s${reason}`,
  (_, pack) => {
    const folder = mkdtempSync(join(tmpdir(), 'weir-export-'))
    try {
      const file = join(folder, 'rules.yml')
      writeFileSync(file, exportRules(pack))
      const done = spawnSync(
        promtool ?? '',
        ['check', 'rules', '--lint=all', '--lint-fatal', file],
        {
          encoding: 'utf8',
        },
      )
      expect(done.status, done.stdout + done.stderr).toBe(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

const exporter = findPeer('statsd_exporter')
const missing = exporter === undefined ? ' (not run: statsd_exporter is not installed)' : ''

test.skipIf(exporter === undefined).each(PACKS.map((pack) => [pack.id, pack] as const))(
  `statsd_exporter takes the mapping of %s${missing}`,
  (_, pack) => {
    const mapping = exportPack(pack).find(({ name }) => name === 'mapping.yml')
    if (!mapping) return
    const folder = mkdtempSync(join(tmpdir(), 'weir-export-'))
    try {
      const file = join(folder, 'mapping.yml')
      writeFileSync(file, mapping.text)
      const args = [`--statsd.mapping-config=${file}`, '--check-config']
      const done = spawnSync(exporter ?? '', args, { encoding: 'utf8' })
      expect(done.status, done.stderr).toBe(0)
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

interface Board {
  readonly uid: string
  readonly templating: { readonly list: readonly { readonly type: string }[] }
  readonly panels: readonly GrafanaPanel[]
}

const boards = PACKS.flatMap((pack) =>
  pack.dashboards.map(
    ({ name }) => [name, JSON.parse(exportDashboard(pack, name) ?? '') as Board] as const,
  ),
)

describe.each(boards)('board %s', (name, board) => {
  test('is found by its name and asks which data source', () => {
    expect(board.uid).toBe(name)
    expect(board.templating.list[0]?.type).toBe('datasource')
    const sources = board.panels
      .filter(({ type }) => type !== 'row')
      .map((panel) => panel.datasource)
    expect(new Set(sources.map((source) => JSON.stringify(source))).size).toBe(1)
  })

  test('each panel has a number of its own', () => {
    expect(new Set(board.panels.map(({ id }) => id)).size).toBe(board.panels.length)
  })

  test('no panel lies on another or off the grid', () => {
    const taken = new Set<string>()
    const wrong: string[] = []
    for (const { title, gridPos } of board.panels) {
      if (gridPos.x + gridPos.w > 24) wrong.push(`${title} is too wide`)
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          if (taken.has(`${x},${y}`)) wrong.push(`${title} overlaps at ${x},${y}`)
          taken.add(`${x},${y}`)
        }
      }
    }
    expect(wrong).toEqual([])
  })
})
