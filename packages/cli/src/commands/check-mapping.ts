import { readFileSync } from 'node:fs'
import { PACKS } from '@weir/packs'
import {
  type EventExplanation,
  Mapping,
  explainLine,
  packSources,
  parseOptions,
  readMappings,
  statsdConfig,
} from '@weir/server'
import { type Command, Option } from 'commander'
import { counted } from '../show/columns.ts'
import { showExplained } from '../show/explained-line.ts'
import { type Verdict, attempt, printVerdicts } from '../show/verdict.ts'
import { readFile } from './read-file.ts'

interface MappingOptions {
  readonly line: readonly string[]
  readonly lines?: string
  readonly packs: boolean
  readonly gauges?: string
  readonly timerUnit?: string
  readonly json: boolean
}

interface ExplainedLine {
  readonly line: string
  readonly events: readonly EventExplanation[]
}

export function addCheckMapping(check: Command): void {
  check
    .command('mapping <files...>')
    .description('statsd_exporter mapping files, in the order in which they are tried')
    .option('--line <line>', 'say what becomes of this StatsD line; may be given again', also, [])
    .option('--lines <file>', 'the same for each line of a file, - for stdin')
    .option('--no-packs', 'leave the rules of the packs out, which come after those of the files')
    .addOption(
      new Option('--gauges <meaning>', 'as a listener’s `gauges`').choices([
        'relative',
        'absolute',
      ]),
    )
    .addOption(
      new Option('--timer-unit <unit>', 'as a listener’s `timer_unit`').choices([
        'ns',
        'us',
        'ms',
        's',
      ]),
    )
    .option('--json', 'an array of verdicts; with lines, of what becomes of each', false)
    .action((files: string[], options: MappingOptions) => {
      const { verdicts, explained } = checkMapping(files, options)
      const isGood = verdicts.every(({ problems }) => problems.length === 0)
      if (options.json && isGood && explained.length > 0) {
        console.log(JSON.stringify(explained, null, 2))
      } else process.exitCode = printVerdicts(verdicts, options.json)
    })
}

/** What is wrong with mapping files; with lines, what becomes of them under the rules of all. */
export function checkMapping(
  files: readonly string[],
  options: MappingOptions,
): { readonly verdicts: readonly Verdict[]; readonly explained: readonly ExplainedLine[] } {
  const verdicts: Verdict[] = files.map((file) =>
    attempt(file, () => {
      const mapping = new Mapping(readMappings([{ file, text: readFile(file) }]))
      return {
        file,
        problems: [],
        found: [counted(mapping.ruleCount, 'rule'), ...mapping.unreachable],
      }
    }),
  )
  const lines = [...options.line, ...linesOf(options.lines)]
  if (lines.length === 0 || verdicts.some(({ problems }) => problems.length > 0)) {
    return { verdicts, explained: [] }
  }
  const explained = explain(files, lines, options)
  const details = explained.flatMap(({ line, events }) => [line, ...showExplained(events)])
  return { verdicts: [...verdicts.slice(0, -1), { ...verdicts.at(-1)!, details }], explained }
}

function explain(
  files: readonly string[],
  lines: readonly string[],
  { packs, gauges, timerUnit }: MappingOptions,
): ExplainedLine[] {
  const sources = files.map((file) => ({ file, text: readFile(file) }))
  const mapping = new Mapping(readMappings([...sources, ...(packs ? packSources(PACKS) : [])]))
  const config = statsdConfig.parse({ gauges, timer_unit: timerUnit })
  const meaning = parseOptions(config, config.max_line_bytes)
  return lines.map((line) => ({ line, events: explainLine(mapping, line, meaning) }))
}

function linesOf(file: string | undefined): string[] {
  if (file === undefined) return []
  const text = file === '-' ? readFileSync(0, 'utf8') : readFile(file)
  return text.split(/\r?\n/).filter((line) => line !== '')
}

function also(value: string, before: readonly string[]): string[] {
  return [...before, value]
}
