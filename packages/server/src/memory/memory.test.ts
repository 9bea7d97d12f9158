import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { totalmem, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readConfig } from '../config/load-config.ts'
import { heapMib, memoryBudget, memoryShares, showMemory } from './budget.ts'
import { groupMemoryLimit } from './cgroup.ts'

const MIB = 2 ** 20

let root = ''
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'weir-memory-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function put(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

const V2 = 'sys/fs/cgroup'
const V1 = 'sys/fs/cgroup/memory'

test.each<[string, Record<string, string>, number | undefined]>([
  [
    'a container, version 2',
    { 'proc/self/cgroup': '0::/\n', [`${V2}/memory.max`]: '536870912\n' },
    512 * MIB,
  ],
  [
    'a unit, version 2',
    {
      'proc/self/cgroup': '0::/system.slice/weir.service\n',
      [`${V2}/system.slice/memory.max`]: 'max\n',
      [`${V2}/system.slice/weir.service/memory.max`]: `${300 * MIB}\n`,
    },
    300 * MIB,
  ],
  [
    'a slice that allows less than the unit in it',
    {
      'proc/self/cgroup': '0::/a/b\n',
      [`${V2}/a/memory.max`]: `${200 * MIB}\n`,
      [`${V2}/a/b/memory.max`]: `${300 * MIB}\n`,
    },
    200 * MIB,
  ],
  [
    'version 1',
    {
      'proc/self/cgroup': '9:cpu:/x\n7:cpuset,memory:/docker/abc\n',
      [`${V1}/docker/abc/memory.limit_in_bytes`]: `${400 * MIB}\n`,
    },
    400 * MIB,
  ],
  [
    'version 1 in a container of its own, whose path is not there',
    {
      'proc/self/cgroup': '7:memory:/docker/abc\n',
      [`${V1}/memory.limit_in_bytes`]: `${400 * MIB}\n`,
    },
    400 * MIB,
  ],
  [
    'version 1 without a limit',
    {
      'proc/self/cgroup': '7:memory:/\n',
      [`${V1}/memory.limit_in_bytes`]: '9223372036854771712\n',
    },
    undefined,
  ],
  [
    'both, of which version 1 has memory',
    {
      'proc/self/cgroup': '7:memory:/m\n0::/u\n',
      [`${V1}/m/memory.limit_in_bytes`]: `${100 * MIB}\n`,
    },
    100 * MIB,
  ],
  ['no limit', { 'proc/self/cgroup': '0::/\n', [`${V2}/memory.max`]: 'max\n' }, undefined],
  ['nonsense', { 'proc/self/cgroup': '0::/../..\n', [`${V2}/memory.max`]: 'lots\n' }, undefined],
  ['no cgroups at all', {}, undefined],
])('%s', (_what, files, limit) => {
  put(files)
  expect(groupMemoryLimit(root)).toBe(limit)
})

test('who says how much: the key, else the group, else the machine', () => {
  expect(memoryBudget(undefined, root)).toEqual({
    bytes: Math.floor(totalmem() * 0.75),
    from: 'machine',
  })
  put({ 'proc/self/cgroup': '0::/\n', [`${V2}/memory.max`]: `${100 * MIB}\n` })
  expect(memoryBudget(undefined, root)).toEqual({ bytes: 90 * MIB, from: 'cgroup' })
  expect(memoryBudget(700 * MIB, root)).toEqual({ bytes: 700 * MIB, from: 'memory.budget' })
})

test.each([
  [24_576, [1024, 512, 1024, 256], 4096],
  [2048, [512, 256, 256, 256], 1024],
  [512, [128, 96, 192, 96], 256],
  [64, [32, 96, 192, 96], 96],
])('with %i MiB the shares are %j MiB, a heap %i', (budget, [query, logQuery, sql, part], heap) => {
  const of = { bytes: budget * MIB, from: 'cgroup' } as const
  const most = {
    queryBytes: 1024 * MIB,
    logQueryBytes: 512 * MIB,
    sqlBytes: 1024 * MIB,
    partBytes: 256 * MIB,
  }
  expect(memoryShares(of, most)).toEqual({
    queryBytes: query! * MIB,
    logQueryBytes: logQuery! * MIB,
    sqlBytes: sql! * MIB,
    partBytes: part! * MIB,
  })
  expect(heapMib(of)).toBe(heap)
})

test('what weir.yml sets itself stays, whatever the budget; a flag beats the key', () => {
  const configFile = join(root, 'weir.yml')
  put({
    'weir.yml':
      'memory: {budget: 1GiB}\nquery: {max_memory: 900MiB}\nlogs: {query: {max_memory: 100MiB}}\n',
  })
  const flags = { configFile, dataDir: '', rules: [], insecure: false, features: [] }
  const { config, memory } = readConfig({ ...flags, memoryBudget: '512MiB' })
  expect(memory).toEqual({ bytes: 512 * MIB, from: 'memory.budget' })
  expect(config.query.max_memory).toBe(900 * MIB)
  expect(config.logs.query.max_memory).toBe(100 * MIB)
  expect(config.logs.query.sql_memory).toBe(192 * MIB)
  expect(config.logs.part_memory).toBe(96 * MIB)
  expect(readConfig(flags).memory.bytes).toBe(1024 * MIB)
  expect(() => readConfig({ ...flags, memoryBudget: '1MiB' })).toThrow('--memory-budget "1MiB"')
})

test.each([
  [1.5 * 2 ** 30, '1.5 GiB'],
  [96 * MIB, '96 MiB'],
])('%d bytes are shown as %s', (bytes, shown) => expect(showMemory(bytes)).toBe(shown))
