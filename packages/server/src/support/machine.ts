import { lstatSync, readFileSync, readdirSync } from 'node:fs'
import { arch, availableParallelism, freemem, loadavg, platform, release, totalmem } from 'node:os'
import { join } from 'node:path'
import { getHeapStatistics } from 'node:v8'
import { VERSION } from '../version.ts'
import type { BundleFile } from './bundle.ts'

/** What the process runs on and what it takes, and what lies in the data directory. */
export function machineFiles(dataDir: string): BundleFile[] {
  const versions = { weir: VERSION, ...process.versions }
  const machine = {
    platform: platform(),
    release: release(),
    arch: arch(),
    cpus: availableParallelism(),
    loadAverage: loadavg(),
    memoryBytes: totalmem(),
    freeBytes: freemem(),
    memory: process.memoryUsage(),
    heapOfMainThread: getHeapStatistics(),
    uptimeSeconds: process.uptime(),
    usage: process.resourceUsage(),
  }
  return [
    { name: 'versions.json', about: 'Weir, Node and its libraries', text: asJson(versions) },
    { name: 'machine.json', about: 'machine, memory, use of resources', text: asJson(machine) },
    { name: 'status.txt', about: 'the process as Linux sees it', text: procFile('status') },
    { name: 'limits.txt', about: 'limits of the process', text: procFile('limits') },
    { name: 'memory-map.txt', about: 'what its memory is made of', text: procFile('smaps_rollup') },
    { name: 'threads.txt', about: 'its threads, with ticks of CPU: user, system', text: threads() },
    { name: 'files.txt', about: 'the data directory: bytes, time, path', text: listing(dataDir) },
  ]
}

export function asJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}

function procFile(name: string): string {
  try {
    return readFileSync(join('/proc/self', name), 'utf8')
  } catch (error) {
    return `not to be had: ${(error as Error).message}\n`
  }
}

function threads(): string {
  try {
    return readdirSync('/proc/self/task')
      .map((id) => {
        const stat = readFileSync(`/proc/self/task/${id}/stat`, 'utf8')
        const end = stat.lastIndexOf(')')
        const fields = stat.slice(end + 2).split(' ')
        return `${id} ${stat.slice(stat.indexOf('('), end + 1)} ${fields[11]} ${fields[12]}\n`
      })
      .join('')
  } catch (error) {
    return `not to be had: ${(error as Error).message}\n`
  }
}

const FILES_MAX = 20_000

function listing(dataDir: string): string {
  const lines: string[] = []
  const walk = (folder: string, above: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (lines.length >= FILES_MAX) return
      const path = join(folder, entry.name)
      if (entry.isDirectory()) walk(path, `${above}${entry.name}/`)
      else lines.push(lineOf(path, `${above}${entry.name}`))
    }
  }
  try {
    walk(dataDir, '')
  } catch (error) {
    lines.push(`not to be had: ${(error as Error).message}`)
  }
  return `${lines.join('\n')}\n`
}

function lineOf(path: string, name: string): string {
  const { size = 0, mtime } = lstatSync(path, { throwIfNoEntry: false }) ?? {}
  return `${String(size).padStart(12)}  ${mtime?.toISOString() ?? 'gone meanwhile'}  ${name}`
}
