import { readFileSync } from 'node:fs'
import { WeirError } from '@weir/model'
import {
  type EventExplanation,
  Mapping,
  checkConfig,
  checkRules,
  explainLine,
  readMappings,
} from '@weir/server'
import type { Command } from 'commander'
import { counted } from '../show/columns.ts'
import { showExplained } from '../show/explained-line.ts'
import { type Verdict, printVerdicts } from '../show/verdict.ts'
import { addCheckData } from './check-data.ts'
import { flagsOf } from './serve.ts'

interface Json {
  readonly json: boolean
}

export function addCheck(program: Command): void {
  const check = program
    .command('check')
    .description('look at files before they are used; exits 1 when something is wrong')
  check
    .command('config <file>')
    .description('a weir.yml or prometheus.yml, and the files it names')
    .option('--json', 'an array with one verdict', false)
    .action((file: string, { json }: Json) => {
      process.exitCode = printVerdicts([configVerdict(file)], json)
    })
  check
    .command('rules <files...>')
    .description('Prometheus rule files')
    .option('--json', 'an array of verdicts', false)
    .action((files: string[], { json }: Json) => {
      process.exitCode = printVerdicts(files.map(rulesVerdict), json)
    })
  check
    .command('mapping <file>')
    .description('a statsd_exporter mapping file')
    .option('--line <line>', 'say what becomes of this StatsD line')
    .option('--json', 'an array with one verdict; with --line, what becomes of it', false)
    .action((file: string, { line, json }: Json & { readonly line?: string }) => {
      const { verdict, explained } = mappingVerdict(file, line)
      if (json && explained !== undefined) console.log(JSON.stringify(explained, null, 2))
      else process.exitCode = printVerdicts([verdict], json)
    })
  addCheckData(check)
}

export function configVerdict(file: string): Verdict {
  const flags = { config: file, dataDir: '', rules: [], enableFeature: [], insecure: true }
  return { file, ...checkConfig(flagsOf(flags)) }
}

export function rulesVerdict(file: string): Verdict {
  return attempt(file, () => {
    const { ruleCount, problems, lints } = checkRules(read(file), file)
    return {
      file,
      problems: problems.map((problem) => `${file}:${problem.replace(/^line (\d+): /, '$1: ')}`),
      found: [counted(ruleCount, 'rule'), ...lints],
    }
  })
}

/** With a line: what becomes of it under the rules of the file, those of the packs left out. */
export function mappingVerdict(
  file: string,
  line?: string,
): { readonly verdict: Verdict; readonly explained?: readonly EventExplanation[] } {
  let explained: readonly EventExplanation[] | undefined
  const verdict = attempt(file, () => {
    const mapping = new Mapping(readMappings([{ file, text: read(file) }]))
    explained = line === undefined ? undefined : explainLine(mapping, line)
    const details = explained === undefined ? {} : { details: [line!, ...showExplained(explained)] }
    return { file, problems: [], found: [], ...details }
  })
  return { verdict, ...(explained === undefined ? {} : { explained }) }
}

/** A verdict even where looking fails. */
export function attempt(file: string, look: () => Verdict): Verdict {
  try {
    return look()
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    const text = error.message.replace(/^Cannot (?:use|read) (?=\S+:\d+: )/, '')
    return { file, problems: text.split('\n'), found: [] }
  }
}

/** @throws {WeirError} `CONFIG_INVALID` */
export function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'there is no such file'
        : (error as Error).message
    throw new WeirError('CONFIG_INVALID', `Cannot read ${JSON.stringify(file)}: ${why}`)
  }
}
