import { statSync } from 'node:fs'
import { WeirError } from '@weir/model'
import {
  type ImportFormat,
  type ImportResult,
  type ImportTarget,
  importIntoFolder,
} from '@weir/server'
import { type Command, Option } from 'commander'
import { EXIT } from '../exit.ts'
import { addImportPrometheus } from './import-prometheus.ts'
import { type Piece, formatOf, piecesOf } from '../import/pieces.ts'
import { importToServer } from '../import/to-server.ts'
import { Progress } from '../show/progress.ts'
import { DEFAULT_SERVER, withAccess } from './server-option.ts'

interface ImportOptions {
  readonly server: string
  readonly dataDir?: string
  readonly format?: ImportFormat
  readonly fromLine: number
  readonly json: boolean
}

/** What became of one file. */
interface FileResult {
  readonly file: string
  readonly lines: number
  readonly samples: number
  readonly rejected: Readonly<Record<string, number>>
  /** A series of which something was refused. */
  readonly example: string
  readonly oldest: string | null
  /** Whether some of it is older than the server keeps samples, and will go soon. */
  readonly beyondRetention: boolean
}

export function addImport(program: Command): void {
  // Both commands have a --server, each its own: what stands behind a command is its own.
  program.enablePositionalOptions()
  const command = program.command('import').argument('[files...]').enablePositionalOptions()
  addImportPrometheus(command)
  withAccess(command)
    .description('take in old samples from OpenMetrics or Prometheus text files; may be repeated')
    .option('--server <url>', 'the running Weir', DEFAULT_SERVER)
    .option('--data-dir <folder>', 'a data directory that no Weir has open, instead of a server')
    .addOption(
      new Option('--format <format>', 'what the files are; found out unless told').choices([
        'openmetrics',
        'text',
      ]),
    )
    .option('--from-line <number>', 'leave out the lines before it', Number, 1)
    .option('--json', 'an array with what became of each file', false)
    .action(async (files: string[], options: ImportOptions) => {
      if (files.length === 0) {
        const want = 'want files, or: weir import prometheus URL|FOLDER'
        throw new WeirError('IMPORT_LINE', `Cannot import nothing: ${want}`)
      }
      const results: FileResult[] = []
      await using target =
        options.dataDir === undefined
          ? importToServer(options.server)
          : await importIntoFolder(options.dataDir)
      for (const file of files) {
        const result = await importFile(file, target, options)
        results.push(result)
        if (!options.json) for (const line of showResult(result)) console.log(line)
      }
      if (options.json) console.log(JSON.stringify(results, null, 2))
      const isWhole = results.every(({ rejected }) => Object.keys(rejected).length === 0)
      if (!isWhole) process.exitCode = EXIT.found
    })
}

async function importFile(
  file: string,
  target: ImportTarget,
  options: ImportOptions,
): Promise<FileResult> {
  const size = sizeOf(file)
  const format = options.format ?? (await formatOf(file))
  const progress = new Progress(file, size)
  const sum = { lines: 0, samples: 0, oldestMs: Number.POSITIVE_INFINITY, example: '' }
  const rejected: Record<string, number> = {}
  let beyondRetention = false
  for await (const piece of piecesOf(file, format, { fromLine: options.fromLine })) {
    const result = await sendPiece(piece, target, format, file)
    sum.lines = piece.endLine
    sum.samples += result.appended
    sum.oldestMs = Math.min(sum.oldestMs, result.oldestMs ?? Number.POSITIVE_INFINITY)
    sum.example ||= result.example
    for (const [reason, count] of Object.entries(result.rejected)) {
      rejected[reason] = (rejected[reason] ?? 0) + count
    }
    beyondRetention ||= 'beyondRetention' in result && result.beyondRetention === true
    progress.show(piece.endByte, sum.samples)
  }
  progress.done()
  const { oldestMs, ...counts } = sum
  const oldest = Number.isFinite(oldestMs) ? new Date(oldestMs).toISOString() : null
  return { file, ...counts, rejected, oldest, beyondRetention }
}

async function sendPiece(
  piece: Piece,
  target: ImportTarget,
  format: ImportFormat,
  file: string,
): Promise<ImportResult> {
  try {
    return await target.send(piece.page, format, piece.firstLine - piece.headLines)
  } catch (error) {
    if (!(error instanceof WeirError)) throw error
    const { firstLine } = piece
    const advice =
      firstLine === 1
        ? 'nothing was imported'
        : `what stands before line ${firstLine} is in; --from-line ${firstLine} goes on there`
    throw new WeirError(error.code, `${file}: ${error.message}; ${advice}`, { cause: error })
  }
}

function sizeOf(file: string): number {
  try {
    return statSync(file).size
  } catch (error) {
    const why =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(error)
    throw new WeirError('IMPORT_LINE', `Cannot import ${JSON.stringify(file)}: ${why}`)
  }
}

function showResult(result: FileResult): string[] {
  const { file, samples, lines, rejected, example, oldest, beyondRetention } = result
  const since = oldest === null ? '' : `, since ${oldest}`
  const shown = [`${file}: ${samples} samples from ${lines} lines${since}`]
  for (const [reason, count] of Object.entries(rejected)) {
    shown.push(`${file}: ${count} refused: ${reason}, such as ${example}`)
  }
  if (beyondRetention) {
    shown.push(
      `${file}: some are older than samples are kept and will go soon (storage.metrics.retention_time)`,
    )
  }
  return shown
}
