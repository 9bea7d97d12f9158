import type { StatsD } from 'hot-shots'

/** A job: how often it runs, how long that takes. */
const JOBS = [
  { job: 'rotate_logs', everySeconds: 10, milliseconds: 800 },
  { job: 'backup_catalog', everySeconds: 20, milliseconds: 6200 },
  { job: 'refresh_views', everySeconds: 15, milliseconds: 2400 },
] as const

const NODES = ['dkron-1', 'dkron-2', 'dkron-3'] as const

/** A second of a Dkron, in the lines of its StatsD client. */
export function dkronSecond(client: Pick<StatsD, 'gauge' | 'timing'>, t: number): void {
  client.timing('dkron.raft.commitTime', 3 + (t % 4))
  if (t % 5 !== 0) return
  for (const [i, node] of NODES.entries()) {
    client.gauge(`dkron.${node}.runtime.num_goroutines`, 140 + 9 * i + (t % 7))
    client.gauge(`dkron.${node}.memberlist.node.instances.alive`, NODES.length)
  }
}

/** Executions that end in a second, as its webhook posts them; '' where none does. */
export function dkronExecutions(t: number, nowMs: number): string {
  return JOBS.filter(({ everySeconds }) => t % everySeconds === everySeconds - 1)
    .map(({ job, milliseconds }) => {
      const took = milliseconds + 90 * (t % 11)
      return `dkron_execution,job_name=${job} success=true,milliseconds=${took} ${nowMs}000000\n`
    })
    .join('')
}
