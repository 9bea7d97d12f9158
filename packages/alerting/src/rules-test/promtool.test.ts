import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WeirError, systemClock } from '@weir/model'
import { expect, test } from 'vitest'
import { peer } from '../testing/peers.ts'
import { filesNamed } from './files-named.ts'
import { runRulesTests } from './rules-tests.ts'

const FOLDER = join(import.meta.dirname, '../../testdata/rules-test')
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yml'))

/** How many things are wrong, by test; of a file that cannot be read: nothing but that. */
type Verdict = Readonly<Record<string, number>> | 'unreadable'

/** What Prometheus's own tool said of each file; the last test holds it true. */
const RECORDED = JSON.parse(readFileSync(join(FOLDER, 'verdicts.json'), 'utf8')) as Readonly<
  Record<string, Verdict>
>

async function verdictOf(file: string): Promise<Verdict> {
  try {
    const outcomes = await runRulesTests({
      fileName: file,
      text: readFileSync(join(FOLDER, file), 'utf8'),
      readRules: (patterns) =>
        patterns
          .flatMap((pattern) => filesNamed(join(FOLDER, pattern)))
          .map((fileName) => ({ fileName, text: readFileSync(fileName, 'utf8') })),
      run: [],
      features: [],
      ignoresUnknownFields: false,
      keepsDump: false,
      clock: systemClock,
    })
    return Object.fromEntries(outcomes.map(({ name, failures }) => [name, failures.length]))
  } catch (error) {
    if (error instanceof WeirError) return 'unreadable'
    throw error
  }
}

test.each(FILES)('%s has the verdicts that Prometheus gives it', async (file) => {
  expect(await verdictOf(file)).toEqual(RECORDED[file])
})

test('tests are told by name', () => {
  const tests = Object.values(RECORDED).filter((verdict) => verdict !== 'unreadable')
  const counts = tests.flatMap((verdict) => Object.values(verdict))
  expect(counts.filter((count) => count === 0).length).toBeGreaterThan(10)
  expect(counts.filter((count) => count > 0).length).toBeGreaterThan(10)
})

const promtool = peer('promtool')

test.runIf(promtool !== undefined)('promtool passes the recorded verdicts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weir-promtool-'))
  try {
    const report = join(folder, 'junit.xml')
    spawnSync(promtool!, ['test', 'rules', `--junit=${report}`, ...FILES], { cwd: FOLDER })
    expect(verdictsIn(readFileSync(report, 'utf8'))).toEqual(RECORDED)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})

function verdictsIn(xml: string): Record<string, Verdict> {
  const suites = [...xml.matchAll(/<testsuite name="([^"]*)"[^>]*>(.*?)<\/testsuite>/gs)]
  return Object.fromEntries(
    suites.map(([, file, body]) => {
      const cases = [...body!.matchAll(/<testcase name="([^"]*)">(.*?)<\/testcase>/gs)]
      const counts = cases.map(([, name, what]) => [name, what!.match(/<failure>/g)?.length ?? 0])
      return [file, body!.includes('<error>') ? 'unreadable' : Object.fromEntries(counts)]
    }),
  )
}
