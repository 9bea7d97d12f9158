import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Labels, LogBatchBuilder } from '@weir/model'
import { logsSelect, recentLines } from '../../part/log-table.ts'
import type { SqlAnswer } from '../ask-sql.ts'
import type { SqlProcessData } from '../sql-messages.ts'
import { type SqlEnd, SqlProcess, type SqlQuestion } from '../sql-process.ts'

export const MIB = 2 ** 20

/** A folder in which processes of SQL work, and why those ended that did. */
export class SqlStand implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'weir-sql-'))
  readonly ends: SqlEnd[] = []
  readonly #processes: SqlProcess[] = []

  data(more: Partial<SqlProcessData> = {}): SqlProcessData {
    const { memoryBytes = 256 * MIB } = more
    return {
      duckDb: {
        folder: this.folder,
        threads: 2,
        memoryBytes: 80 * MIB,
        spill: { folder: join(this.folder, 'sql-1.tmp'), bytesMax: 64 * MIB },
      },
      memoryBytes,
      residentBytesMax: memoryBytes,
      ...more,
    }
  }

  start(more: Partial<SqlProcessData> = {}): SqlProcess {
    const started = new SqlProcess(this.data(more), (why) => this.ends.push(why))
    this.#processes.push(started)
    return started
  }

  [Symbol.dispose](): void {
    for (const one of this.#processes) one[Symbol.dispose]()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** A question over a table of three lines. */
export function questionOf(text: string): SqlQuestion {
  const builder = new LogBatchBuilder()
  const stream = builder.stream(Labels.of({ app: 'shop' }))
  for (const line of ['{"n":1}', '{"n":2}', 'plain']) builder.add(stream, 1n, 9, line)
  return { logs: logsSelect([]), recent: [recentLines(builder.finish())], text, rowsMax: 100 }
}

export function answerIn(json: Uint8Array): SqlAnswer {
  return JSON.parse(Buffer.from(json).toString()) as SqlAnswer
}

/** The most that a process ever had in memory; 0 when it is gone. */
export function peakBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)![1]) * 1024
  } catch {
    return 0
  }
}
