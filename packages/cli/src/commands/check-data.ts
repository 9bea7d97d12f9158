import { join } from 'node:path'
import {
  type DataReport,
  type LogsReport,
  checkData,
  checkLogs,
  repairData,
  repairLogs,
} from '@weir/server'
import type { Command } from 'commander'
import { EXIT } from '../exit.ts'
import { counted } from '../show/columns.ts'

export function addCheckData(check: Command): void {
  check
    .command('data <directory>')
    .description('a data directory that no Weir uses: every page, record, sample and line of log')
    .option(
      '--repair',
      'leave out what is damaged; everything stays as it was in damaged-<time> and logs/damaged',
    )
    .option('--json', 'one report', false)
    .action(
      async (directory: string, options: { readonly repair?: boolean; readonly json: boolean }) => {
        process.exitCode = await runCheckData(directory, options)
      },
    )
}

/** Checks, and repairs when asked to; says which exit code. */
async function runCheckData(
  directory: string,
  { repair = false, json }: { readonly repair?: boolean; readonly json: boolean },
): Promise<number> {
  const { report, before } = repair
    ? await repairData(directory)
    : { report: checkData(directory), before: '' }
  const folder = join(directory, 'logs')
  const logs = checkLogs(folder)
  const hasBadLogs = logs.problems.length > 0
  const logsBefore = repair && hasBadLogs ? repairLogs(folder, logs) : ''
  if (json) {
    const whole = asJson(report, logs)
    const repaired = before !== '' || logsBefore !== ''
    console.log(JSON.stringify({ ...whole, repaired, before, logsBefore }, null, 2))
  } else {
    for (const line of showReport(report, before)) console.log(line)
    for (const line of showLogs(directory, logs, logsBefore)) console.log(line)
  }
  const isGood =
    (report.problems.length === 0 || before !== '') && (!hasBadLogs || logsBefore !== '')
  return isGood ? EXIT.ok : EXIT.found
}

function asJson(report: DataReport, logs: LogsReport): object {
  const { path, problems, leftovers, series, windows, sealedSamples, batches, headSamples } = report
  const found = { series, windows, sealedSamples, batches, headSamples }
  const good = problems.length === 0 && logs.problems.length === 0
  return { path, good, problems, leftovers, found, logs }
}

/** The report as people read it. */
function showReport(report: DataReport, before: string): string[] {
  const { path, problems, series, windows, sealedSamples, batches, headSamples } = report
  const found = [
    `${series} series`,
    `${counted(sealedSamples, 'sealed sample')} in ${counted(windows, 'window')}`,
    `${counted(headSamples, 'sample')} in ${counted(batches, 'commit')} not sealed yet`,
  ]
  const leftovers = report.leftovers.map((file) => {
    return `${file}: left behind by work that a crash broke off; the next start removes it`
  })
  const lines = problems.flatMap(({ file, table, key, what, meaning }) => {
    const inside = file.startsWith('windows/') ? [] : [table, key]
    const where = [file, ...inside].filter((part) => part !== '').join(': ')
    return [`${where}: ${what}`, `  ${meaning}`]
  })
  if (problems.length === 0) return [[`${path}: good`, ...found].join(', '), ...leftovers]
  const verdict = `${path}: ${counted(problems.length, 'problem')}; whole are ${found.join(', ')}`
  return [...lines, ...leftovers, verdict, adviceOf(report, before)]
}

/** What was found in the folder of the logs; nothing where there are none. */
function showLogs(directory: string, logs: LogsReport, before: string): string[] {
  const { problems, parts, partLines, journalLines } = logs
  if (problems.length === 0 && parts === 0 && journalLines === 0) return []
  const found = `${counted(partLines, 'line')} in ${counted(parts, 'part')}, ${counted(journalLines, 'line')} in journals`
  if (problems.length === 0) return [`logs: good, ${found}`]
  const lines = problems.flatMap(({ file, what, meaning }) => [
    `logs/${file}: ${what}`,
    `  ${meaning}`,
  ])
  const advice =
    before === ''
      ? `Another copy has them whole; or weir check data --repair ${directory} leaves the damaged out and keeps the rest`
      : `What is damaged is left out now; the files as they were are in ${before}`
  return [...lines, `logs: ${counted(problems.length, 'problem')}; whole are ${found}`, advice]
}

function adviceOf({ path, problems }: DataReport, before: string): string {
  if (before !== '') return `What is damaged is left out now; everything as it was is in ${before}`
  if (problems.some(({ remedy }) => remedy === 'restore')) {
    return 'Start with a snapshot or another copy of the directory: the rest means nothing without this'
  }
  return `A snapshot has it whole; or weir check data --repair ${path} leaves the damaged out and keeps the rest`
}
