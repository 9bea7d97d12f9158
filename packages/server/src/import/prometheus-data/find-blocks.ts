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
  /** Whether it was made of samples that came out of order: then the head may have older ones in order. */
  readonly isOutOfOrder: boolean
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
      hints: z.array(z.string()).default([]),
    })
    .default({ deletable: false, parents: [], hints: [] }),
})

/** How many bytes its chunks have. */
export function chunkBytes({ path }: FoundBlock): number {
  const chunks = join(path, 'chunks')
  if (!existsSync(chunks)) return 0
  return readdirSync(chunks).reduce((sum, name) => sum + statSync(join(chunks, name)).size, 0)
}

/** The folders of blocks in a data directory of Prometheus or a snapshot; the folder itself when it is a block. */
export function blockFolders(folder: string): string[] {
  if (existsSync(join(folder, 'meta.json'))) return [folder]
  return readdirSync(folder)
    .filter((name) => ULID.test(name))
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isDirectory())
    .toSorted()
}

/**
 * The blocks of these folders, the oldest first. Those of which a compacted one was made already are left out, as
 * Prometheus does.
 */
export function findBlocks(folders: readonly string[], damage: Damage): BlockGroup[] {
  const gone = new Set<string>()
  const blocks: FoundBlock[] = []
  for (const path of folders) {
    const name = basename(path)
    try {
      const meta = META.parse(JSON.parse(readFileSync(join(path, 'meta.json'), 'utf8')))
      if (meta.compaction.deletable) gone.add(name)
      for (const { ulid } of meta.compaction.parents) gone.add(ulid)
      const { minTime: minMs, maxTime: endMs, stats } = meta
      const isOutOfOrder = meta.compaction.hints.includes('from-out-of-order')
      blocks.push({ path, name, minMs, endMs, seriesCount: stats.numSeries, isOutOfOrder })
    } catch (error) {
      const why = error instanceof SyntaxError || error instanceof z.ZodError
      damage.tell(name, why ? new WeirError('IMPORT_DAMAGED', 'meta.json cannot be read') : error)
    }
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
