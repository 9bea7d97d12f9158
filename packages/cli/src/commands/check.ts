import { readFileSync } from 'node:fs'
import { WeirError } from '@weir/model'
import { Mapping, checkConfig, checkRules, explainLine } from '@weir/server'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { flagsOf } from './serve.ts'

export function addCheck(program: Command): void {
  const check = program
    .command('check')
    .description('look at files before they are used; exits 1 when something is wrong')
  check
    .command('config <file>')
    .description('a weir.yml or prometheus.yml, and the files it names')
    .action((file: string) =>
      verdict(file, () => {
        checkConfig(
          flagsOf({ config: file, dataDir: '', rules: [], enableFeature: [], insecure: true }),
        )
      }),
    )
  check
    .command('rules <files...>')
    .description('Prometheus rule files')
    .action((files: string[]) => {
      for (const file of files) verdict(file, () => rulesVerdict(read(file), file))
    })
  check
    .command('mapping <file>')
    .description('a statsd_exporter mapping file')
    .option('--line <line>', 'say what becomes of this StatsD line')
    .action((file: string, { line }: { line?: string }) =>
      verdict(file, () => {
        const source = { file, text: read(file) }
        const mapping = new Mapping([source])
        if (line !== undefined) {
          for (const event of explainLine(mapping, line)) console.log(JSON.stringify(event))
        }
      }),
    )
}

/** @throws {WeirError} `RULES_INVALID` with a line a problem */
function rulesVerdict(text: string, file: string): string {
  const { ruleCount, problems, lints } = checkRules(text, file)
  if (problems.length > 0) throw new WeirError('RULES_INVALID', problems.map(String).join('\n'))
  return [`${ruleCount} rules`, ...lints].join(', ')
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new WeirError(
      'CONFIG_INVALID',
      `Cannot read ${JSON.stringify(file)}: ${(error as Error).message}`,
    )
  }
}

function verdict(file: string, look: () => string | void): void {
  try {
    const more = look()
    console.log(`${file}: good${more === undefined ? '' : `, ${more}`}`)
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    console.error(error.message)
    process.exitCode = EXIT.found
  }
}
