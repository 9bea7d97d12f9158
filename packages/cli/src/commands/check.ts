import { checkConfig, checkRules } from '@weir/server'
import type { Command } from 'commander'
import { counted } from '../show/columns.ts'
import { type Verdict, attempt, printVerdicts } from '../show/verdict.ts'
import { addCheckDashboard } from './check-dashboard.ts'
import { addCheckData } from './check-data.ts'
import { addCheckPack } from './check-pack.ts'
import { addCheckMapping } from './check-mapping.ts'
import { addCheckWebConfig } from './check-web-config.ts'
import { withFeatures } from './feature-option.ts'
import { readFile } from './read-file.ts'
import { flagsOf } from './serve.ts'

interface Json {
  readonly json: boolean
}

interface RulesFlags extends Json {
  readonly prometheus: boolean
  readonly enableFeature: readonly string[]
}

export function addCheck(program: Command): void {
  const check = program
    .command('check')
    .description('look at files before they are used; exits 1 when something is wrong')
  withFeatures(check.command('config <files...>'))
    .description('a weir.yml, prometheus.yml or alertmanager.yml each, and the files it names')
    .option('--json', 'an array of verdicts', false)
    .action((files: string[], { json, enableFeature }: Omit<RulesFlags, 'prometheus'>) => {
      const verdicts = files.map((file) => configVerdict(file, enableFeature))
      process.exitCode = printVerdicts(verdicts, json)
    })
  withFeatures(check.command('rules <files...>'))
    .description('Prometheus rule files')
    .option('--prometheus', 'refuse what Prometheus would refuse: keys that only Weir knows', false)
    .option('--json', 'an array of verdicts', false)
    .action((files: string[], { json, prometheus, enableFeature }: RulesFlags) => {
      const how = { forPrometheus: prometheus, features: enableFeature }
      const verdicts = files.map((file) => rulesVerdict(file, how))
      process.exitCode = printVerdicts(verdicts, json)
    })
  addCheckMapping(check)
  addCheckPack(check)
  addCheckDashboard(check)
  addCheckData(check)
  addCheckWebConfig(check)
}

export function configVerdict(file: string, enableFeature: readonly string[] = []): Verdict {
  const flags = { config: file, dataDir: '', rules: [], enableFeature, insecure: true }
  return { file, ...checkConfig(flagsOf(flags)) }
}

export function rulesVerdict(
  file: string,
  how: { readonly forPrometheus?: boolean; readonly features?: readonly string[] } = {},
): Verdict {
  return attempt(file, () => {
    const { ruleCount, problems, lints } = checkRules(readFile(file), file, how)
    return {
      file,
      problems: problems.map((problem) => `${file}:${problem.replace(/^line (\d+): /, '$1: ')}`),
      found: [counted(ruleCount, 'rule'), ...lints],
    }
  })
}
