import { writeFileSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { WeirError, systemClock } from '@weir/model'
import { type RulesTestOutcome, filesNamed, runRulesTests } from '@weir/server'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { counted } from '../show/columns.ts'
import { junitXml } from '../show/junit-xml.ts'
import { failureLines, paint, plain } from '../show/rules-test-text.ts'
import { readFile } from './read-file.ts'

interface RulesTestFlags {
  readonly run: readonly string[]
  readonly diff: boolean
  readonly debug: boolean
  readonly junit?: string
  readonly ignoreUnknownFields: boolean
  readonly enableFeature: readonly string[]
  readonly json: boolean
}

/** A file of tests with what became of it. */
export interface TestedFile {
  readonly file: string
  readonly tests: readonly RulesTestOutcome[]
  /** Why nothing of it was run; '' when it was. */
  readonly error: string
}

export function addRulesTest(rules: Command): void {
  const more = (value: string, before: readonly string[]): string[] => [...before, value]
  rules
    .command('test <files...>')
    .description("unit tests of rules, in the form of promtool's; exits 1 when one fails")
    .option('--run <pattern>', 'only tests whose name it finds (may be repeated)', more, [])
    .option('--diff', 'show the difference in colours; a terminal gets them anyway', false)
    .option('--debug', 'say what runs, and print every sample at its end', false)
    .option('--junit <file>', 'write the results as JUnit XML too')
    .option('--ignore-unknown-fields', 'rule files may have keys that nobody knows', false)
    .option('--enable-feature <name>', 'a feature of PromQL (may be repeated)', more, [])
    .option('--json', 'an array of files with their tests', false)
    .action(async (files: string[], flags: RulesTestFlags) => {
      const tested: TestedFile[] = []
      for (const file of files) {
        const one = await testFile(file, flags)
        tested.push(one)
        if (!flags.json) show(one, flags)
      }
      if (flags.json) console.log(JSON.stringify(tested.map(asJson), null, 2))
      if (flags.junit !== undefined) writeFileSync(flags.junit, junitXml(tested))
      if (!tested.every(isGood)) process.exitCode = EXIT.found
    })
}

async function testFile(file: string, flags: RulesTestFlags): Promise<TestedFile> {
  const run = flags.run.map(patternOf)
  try {
    const tests = await runRulesTests({
      fileName: file,
      text: readFile(file),
      readRules: (patterns) => filesOf(file, patterns),
      run,
      features: flags.enableFeature.flatMap((names) => names.split(',')),
      ignoresUnknownFields: flags.ignoreUnknownFields,
      keepsDump: flags.debug,
      clock: systemClock,
    })
    return { file, tests, error: '' }
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    return { file, tests: [], error: error.message }
  }
}

function patternOf(text: string): RegExp {
  try {
    return new RegExp(text)
  } catch (error) {
    throw new WeirError(
      'RULES_TEST_INVALID',
      `Cannot use --run ${JSON.stringify(text)}: ${(error as Error).message}`,
    )
  }
}

/** Rule files are named relative to the file of tests. */
function filesOf(
  testFileName: string,
  patterns: readonly string[],
): { readonly fileName: string; readonly text: string }[] {
  return patterns.flatMap((pattern) => {
    const path = isAbsolute(pattern) ? pattern : join(dirname(testFileName), pattern)
    const found = filesNamed(path)
    if (found.length === 0) console.error(`warning: no rule file is named ${path}`)
    return found.map((fileName) => ({ fileName, text: readFile(fileName) }))
  })
}

function isGood({ tests, error }: TestedFile): boolean {
  return error === '' && tests.every(({ failures }) => failures.length === 0)
}

function show({ file, tests, error }: TestedFile, { diff, debug }: RulesTestFlags): void {
  if (debug) {
    for (const { name, dump, tookMs } of tests) {
      console.log(`${name}: ${Math.round(tookMs)} ms`)
      for (const line of dump) console.log(`  ${line}`)
    }
  }
  const failed = tests.filter(({ failures }) => failures.length > 0)
  if (error !== '') console.error(`${file}: ${error}`)
  else if (failed.length === 0) console.log(`${file}: good, ${counted(tests.length, 'test')}`)
  else {
    console.error(`${file}: ${failed.length} of ${counted(tests.length, 'test')} failed`)
    const colours = diff || process.stderr.isTTY ? paint : plain
    for (const { name, line, failures } of failed) {
      console.error(`\n  ${name}${line === undefined ? '' : ` (line ${line})`}`)
      for (const failure of failures) {
        for (const shown of failureLines(failure, colours)) console.error(`    ${shown}`)
      }
    }
    console.error('')
  }
}

function asJson(tested: TestedFile): object {
  const { file, tests, error } = tested
  return {
    file,
    good: isGood(tested),
    ...(error === '' ? {} : { error }),
    tests: tests.map(({ name, line, failures, dump, tookMs }) => ({
      name,
      line,
      good: failures.length === 0,
      failures,
      ...(dump.length === 0 ? {} : { dump }),
      tookMs,
    })),
  }
}
