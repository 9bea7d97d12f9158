import { existsSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { WeirError } from '@weir/model'
import { copyDamaged, moveDamaged } from './damaged.ts'
import { findFrames, frameBatch } from './frame.ts'
import { journalFile, journalSegments, syncFolder } from './journal.ts'
import { indexFile, partFile, partOfFile } from './part/part-name.ts'
import { checkPart } from './part/read-index.ts'

interface LogsProblem {
  /** The damaged file, from the folder of the logs on; a part goes by its Parquet file. */
  readonly file: string
  readonly what: string
  /** What it means for the user. */
  readonly meaning: string
}

/** What a look at the folder of the logs found. */
export interface LogsReport {
  readonly problems: readonly LogsProblem[]
  /** What is there and whole. */
  readonly parts: number
  readonly partLines: number
  readonly journalLines: number
}

/** Reads every byte of the folder of the logs, which nobody uses; one that is not there has nothing in it. */
export function checkLogs(folder: string): LogsReport {
  const problems: LogsProblem[] = []
  let parts = 0
  let partLines = 0
  let journalLines = 0
  const files = existsSync(folder) ? readdirSync(folder) : []
  for (const file of files.filter((name) => name.endsWith('.parquet'))) {
    const name = partOfFile(file)
    if (name === undefined) continue
    try {
      partLines += checkPart(folder, name).header.rows
      parts++
    } catch (error) {
      if (!(error instanceof WeirError)) throw error
      problems.push({ file, what: error.message, meaning: 'the lines of this part are lost' })
    }
  }
  for (const segment of existsSync(folder) ? journalSegments(folder) : []) {
    const file = journalFile(segment)
    const { frames, damagedBytes } = findFrames(aligned(readFileSync(join(folder, file))))
    for (const frame of frames) journalLines += frameBatch(frame).count
    if (damagedBytes === 0) continue
    const what = `${damagedBytes} bytes before its last whole frame are no lines`
    problems.push({ file, what, meaning: 'some of the newest lines are lost' })
  }
  return { problems, parts, partLines, journalLines }
}

/** Leaves out what {@link checkLogs} found damaged; the files stay as they were in `damaged`, whose path it gives. */
export function repairLogs(folder: string, { problems }: LogsReport): string {
  for (const { file } of problems) {
    const name = partOfFile(file)
    if (name !== undefined) {
      moveDamaged(folder, [indexFile(name), partFile(name)])
      continue
    }
    copyDamaged(folder, file)
    const { frames } = findFrames(aligned(readFileSync(join(folder, file))))
    const path = join(folder, file)
    writeFileSync(`${path}.tmp`, Buffer.concat(frames), { flush: true })
    renameSync(`${path}.tmp`, path)
  }
  syncFolder(folder)
  return join(folder, 'damaged')
}

/** Frames are read in place and begin at multiples of 8. */
function aligned(file: Uint8Array): Uint8Array {
  return new Uint8Array(file)
}
