import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * How much memory the group of processes may take that this one is in: a container's limit, or a unit's.
 * The least of all groups around it counts.
 *
 * @param root where `/proc` and `/sys` are; `/` but for tests
 * @returns bytes; undefined without a limit, or where there are no such groups
 * @see https://docs.kernel.org/admin-guide/cgroup-v2.html (`memory.max`), …/cgroup-v1/memory.html
 */
export function groupMemoryLimit(root = '/'): number | undefined {
  const limits = groupsOf(root).flatMap(({ mount, path, file }) => {
    // In a container its own group often looks like the root, whatever the path says.
    return withParents(path).flatMap((group) => limitIn(join(root, mount, group, file)) ?? [])
  })
  return limits.length === 0 ? undefined : Math.min(...limits)
}

interface Group {
  readonly mount: string
  readonly path: string
  readonly file: string
}

/** Lines of `/proc/self/cgroup`: `0::/path` for version 2, `7:cpu,memory:/path` for version 1. */
function groupsOf(root: string): Group[] {
  return (read(join(root, 'proc/self/cgroup')) ?? '').split('\n').flatMap((line): Group[] => {
    const [id = '', controllers = '', ...rest] = line.split(':')
    const path = rest.join(':')
    if (id === '0' && controllers === '') {
      return [
        { mount: 'sys/fs/cgroup', path, file: 'memory.max' },
        { mount: 'sys/fs/cgroup/unified', path, file: 'memory.max' },
      ]
    }
    if (!controllers.split(',').includes('memory')) return []
    return [{ mount: 'sys/fs/cgroup/memory', path, file: 'memory.limit_in_bytes' }]
  })
}

function withParents(path: string): string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '..')
  return [...parts.keys(), parts.length].map((count) => parts.slice(0, count).join('/'))
}

/** Version 1 says "no limit" by a number beyond all memory. */
const NO_LIMIT = 2 ** 60

function limitIn(path: string): number | undefined {
  const text = read(path)?.trim()
  if (text === undefined || !/^\d+$/.test(text)) return undefined
  const bytes = Number(text)
  return bytes > 0 && bytes < NO_LIMIT ? bytes : undefined
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
