import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { damagedFile } from '@weir/wire'
import type { Damage } from './damage.ts'

/** What a data directory of Prometheus holds beside its blocks: what no block was made of yet. */
export interface FoundHead {
  /** The last checkpoint's segments, and those behind it, the oldest first. */
  readonly log: readonly HeadFile[]
  /** Chunks that are out of memory, of which all is in the logs too. */
  readonly chunks: readonly HeadFile[]
  /** Of the second log, in which samples stand that came out of order. */
  readonly outOfOrder: readonly HeadFile[]
}

export interface HeadFile {
  readonly path: string
  /** Such as `wal/00000003`. */
  readonly name: string
  readonly bytes: number
}

const CHECKPOINT = /^checkpoint\.(\d+)$/

/** Undefined where there is none, as in a snapshot. */
export function findHead(folder: string, damage: Damage): FoundHead | undefined {
  if (!existsSync(join(folder, 'wal'))) return undefined
  const checkpoint = readdirSync(join(folder, 'wal'))
    .flatMap((name) => CHECKPOINT.exec(name)?.[1] ?? [])
    .toSorted((a, b) => Number(a) - Number(b))
    .at(-1)
  const segments = numbered(folder, 'wal')
  const after = segments.filter(
    ({ number }) => checkpoint === undefined || number > Number(checkpoint),
  )
  checkSequence(after, damage)
  const before =
    checkpoint === undefined ? [] : numbered(folder, join('wal', `checkpoint.${checkpoint}`))
  return {
    log: [...before, ...after],
    chunks: numbered(folder, 'chunks_head'),
    outOfOrder: numbered(folder, 'wbl'),
  }
}

function numbered(folder: string, within: string): (HeadFile & { readonly number: number })[] {
  if (!existsSync(join(folder, within))) return []
  return readdirSync(join(folder, within))
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      const path = join(folder, within, name)
      return {
        path,
        name: join(within, name),
        number: Number(name),
        bytes: statSync(path).size,
      }
    })
    .toSorted((a, b) => a.number - b.number)
}

/** A segment that is missing in the middle is damage; the log of old goes at its beginning. */
function checkSequence(
  segments: readonly { readonly number: number; readonly name: string }[],
  damage: Damage,
): void {
  for (const [i, { number, name }] of segments.entries()) {
    const before = segments[i - 1]?.number ?? number - 1
    if (number === before + 1) continue
    damage.tell(name, damagedFile(`${number - before - 1} segments before it are not there`))
  }
}
