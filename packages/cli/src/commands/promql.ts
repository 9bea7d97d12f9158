import { formatQuery, runScript } from '@weir/server'
import type { Command } from 'commander'
import { counted } from '../show/columns.ts'
import { type Verdict, attempt, printVerdicts } from '../show/verdict.ts'
import { readFile } from './read-file.ts'

export function addPromql(program: Command): void {
  const promql = program.command('promql').description('work with PromQL, without a server')
  promql
    .command('test <files...>')
    .description(
      "answer scripts in the .test form of Prometheus's own; exits 1 when an answer is wrong",
    )
    .option('--json', 'an array of verdicts', false)
    .action((files: string[], { json }: { readonly json: boolean }) => {
      process.exitCode = printVerdicts(files.map(scriptVerdict), json)
    })
  promql
    .command('format <query>')
    .description('lay a query out as Prometheus does')
    .action((query: string) => {
      console.log(formatQuery(query))
    })
}

export function scriptVerdict(file: string): Verdict {
  return attempt(file, () => {
    const text = readFile(file)
    const failures = runScript(text)
    const questions = text.match(/^\s*eval/gm)?.length ?? 0
    return {
      file,
      problems: failures.map(({ line, message }) => `${file}:${line}: ${message}`),
      found: [counted(questions, 'question')],
    }
  })
}
