import { totalmem } from 'node:os'
import { groupMemoryLimit } from './cgroup.ts'

const MIB = 2 ** 20
const GIB = 2 ** 30

/** How much memory Weir is to make do with. */
export interface MemoryBudget {
  readonly bytes: number
  /** Who says so: the key or flag, a container's or unit's limit, or the machine's memory. */
  readonly from: 'memory.budget' | 'cgroup' | 'machine'
}

/** What leaves room for caches of the kernel, which count as the group's, and for what nobody counts. */
const GROUP_PART = 0.9
const MACHINE_PART = 0.75

/**
 * @param given `memory.budget`, or what `--memory-budget` says
 * @param root where `/proc` and `/sys` are
 */
export function memoryBudget(given: number | undefined, root = '/'): MemoryBudget {
  if (given !== undefined) return { bytes: given, from: 'memory.budget' }
  const limit = groupMemoryLimit(root)
  const machine = totalmem()
  if (limit !== undefined && limit < machine) {
    return { bytes: Math.floor(limit * GROUP_PART), from: 'cgroup' }
  }
  return { bytes: Math.floor(machine * MACHINE_PART), from: 'machine' }
}

/** Keys that a budget sets where weir.yml does not: with plenty of memory they are as the manual says. */
export interface MemoryShares {
  /** `query.max_memory` */
  readonly queryBytes: number
  /** `logs.query.max_memory` */
  readonly logQueryBytes: number
  /** `logs.query.sql_memory` */
  readonly sqlBytes: number
  /** `logs.part_memory` */
  readonly partBytes: number
}

/** What a share may not fall below: with less nothing works. */
const SHARE_MIN = 32 * MIB
const DUCKDB_MIN = 96 * MIB
const SQL_MIN = 192 * MIB

/** @param most what the manual says: a budget makes it less, never more */
export function memoryShares({ bytes }: MemoryBudget, most: MemoryShares): MemoryShares {
  const share = (part: number, least: number, usual: number): number =>
    Math.min(usual, Math.max(least, Math.floor(bytes * part)))
  return {
    queryBytes: share(1 / 4, SHARE_MIN, most.queryBytes),
    logQueryBytes: share(1 / 8, DUCKDB_MIN, most.logQueryBytes),
    sqlBytes: share(1 / 8, SQL_MIN, most.sqlBytes),
    partBytes: share(1 / 8, DUCKDB_MIN, most.partBytes),
  }
}

/** A heap below this cannot even load our code. */
const HEAP_MIB_MIN = 96
const HEAP_MIB_MAX = 4096

/**
 * The heap of one thread, MiB, so that one that grows ends by itself before the kernel ends all: a query
 * thread that runs out of memory is replaced, a process is not.
 */
export function heapMib({ bytes }: MemoryBudget): number {
  return Math.min(HEAP_MIB_MAX, Math.max(HEAP_MIB_MIN, Math.floor(bytes / 2 / MIB)))
}

/** `1.5 GiB`, for the log. */
export function showMemory(bytes: number): string {
  return bytes >= GIB ? `${(bytes / GIB).toFixed(1)} GiB` : `${Math.round(bytes / MIB)} MiB`
}
