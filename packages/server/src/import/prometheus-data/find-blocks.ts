import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { WeirError } from '@weir/model'
import { z } from 'zod'
import type { Damage } from './damage.ts'

/** A block as its `meta.json` tells of it. */
export interface FoundBlock {
  readonly path: string
  readonly name: string
  /** [minMs, endMs) */
  readonly minMs: number
  readonly endMs: number
  readonly seriesCount: number
}

/** Blocks that overlap each other, which must be read together; all of one lies before all of the next. */
export type BlockGroup = readonly FoundBlock[]

const ULID = /^[0-9A-HJKMNP-TV-Z]{26}$/

/** What is read of a `meta.json`; the rest is Prometheus's own. */
const META = z.object({
  version: z.literal(1),
  ulid: z.string(),
  minTime: z.number(),
  maxTime: z.number(),
  stats: z.object({ numSeries: z.number().default(0) }).default({ numSeries: 0 }),
  compaction: z
    .object({
      deletable: z.boolean().default(false),
      parents: z.array(z.object({ ulid: z.string() })).default([]),
    })
    .default({ deletable: false, parents: [] }),
})

/**
 * The blocks of a data directory of Prometheus, the oldest first: of a snapshot, or of one block alone. Those of
 * which a compacted one was made already are left out, as Prometheus does.
 *
 * @throws {WeirError} `IMPORT_DAMAGED` when there is no block
 */
export function findBlocks(folder: string, damage: Damage): BlockGroup[] {
  const folders = existsSync(join(folder, 'meta.json'))
    ? [folder]
    : readdirSync(folder)
        .filter((name) => ULID.test(name))
        .map((name) => join(folder, name))
        .filter((path) => statSync(path).isDirectory())
  const gone = new Set<string>()
  const blocks: FoundBlock[] = []
  for (const path of folders.toSorted()) {
    const name = basename(path)
    try {
      const meta = META.parse(JSON.parse(readFileSync(join(path, 'meta.json'), 'utf8')))
      if (meta.compaction.deletable) gone.add(name)
      for (const { ulid } of meta.compaction.parents) gone.add(ulid)
      const { minTime: minMs, maxTime: endMs, stats } = meta
      blocks.push({ path, name, minMs, endMs, seriesCount: stats.numSeries })
    } catch (error) {
      const why = error instanceof SyntaxError || error instanceof z.ZodError
      damage.tell(name, why ? new WeirError('IMPORT_DAMAGED', 'meta.json cannot be read') : error)
    }
  }
  if (folders.length === 0) {
    const want = existsSync(join(folder, 'wal'))
      ? 'all is in its write-ahead log still; want a snapshot (POST /api/v1/admin/tsdb/snapshot)'
      : 'want what --storage.tsdb.path of Prometheus names, or a snapshot of it'
    const where = `Cannot import the folder ${JSON.stringify(folder)}`
    throw new WeirError('IMPORT_DAMAGED', `${where}: there is no block in it; ${want}`)
  }
  return groupsOf(blocks.filter(({ name }) => !gone.has(name)))
}

function groupsOf(blocks: readonly FoundBlock[]): BlockGroup[] {
  const groups: FoundBlock[][] = []
  let endMs = Number.NEGATIVE_INFINITY
  for (const block of blocks.toSorted((a, b) => a.minMs - b.minMs)) {
    const last = groups.at(-1)
    if (last === undefined || block.minMs >= endMs) groups.push([block])
    else last.push(block)
    endMs = Math.max(endMs, block.endMs)
  }
  return groups
}
