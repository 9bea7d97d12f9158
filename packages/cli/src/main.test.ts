import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'

/** Commands that only ask a running Weir: people and scripts call them by the hundred. */
const ASKING = ['query', 'logs', 'alert', 'silence', 'audit', 'level', 'dashboard', 'token']

const HEAVY = ['@weir/server', '@weir/packs', '@weir/alerting', '@weir/promql', '@weir/tsdb']

/** What a file loads when it is loaded: no types, nothing that it imports only when it needs it. */
function loadedBy(path: string): string[] {
  const imports = readFileSync(path, 'utf8').matchAll(
    /^(?:import|export) (?!type )([^;'"]*?) from '([^']+)'/gm,
  )
  return [...imports]
    .filter(([, names = '']) => !/^\{(?:\s*type [^,}]+,?)+\s*\}$/.test(names))
    .map(([, , from = '']) => from)
}

function everythingLoadedBy(path: string, seen = new Set<string>()): Set<string> {
  for (const from of loadedBy(path)) {
    const next = from.startsWith('.') ? join(dirname(path), from) : from
    if (seen.has(next)) continue
    seen.add(next)
    if (from.startsWith('.')) everythingLoadedBy(next, seen)
  }
  return seen
}

test.each(ASKING)('weir %s loads no server', (command) => {
  const loaded = everythingLoadedBy(join(import.meta.dirname, `commands/${command}.ts`))
  expect(HEAVY.filter((name) => loaded.has(name))).toEqual([])
  expect(loaded).toContain('@weir/model')
})
