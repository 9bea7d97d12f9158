/** A cluster of VictoriaMetrics on loopback. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { freePort } from '../stand/free-port.ts'

interface StorageNode {
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  start(): void
}

export interface Cluster {
  readonly writeUrl: string
  readonly readUrl: string
  readonly nodes: readonly StorageNode[]
  stop(): void
}

/** @param copies nodes that each sample is kept on */
export async function startCluster(folder: string, work: string, copies: 1 | 2): Promise<Cluster> {
  const running = new Set<ChildProcess>()
  const run = (program: string, args: readonly string[]): ChildProcess => {
    const child = spawn(join(folder, program), args, { stdio: 'ignore' })
    running.add(child)
    child.once('exit', () => running.delete(child))
    return child
  }
  const address = async (): Promise<string> => `127.0.0.1:${await freePort()}`
  const nodes: StorageNode[] = []
  const inserts: string[] = []
  const selects: string[] = []
  for (const name of ['one', 'two']) {
    const [insert, select, http] = [await address(), await address(), await address()]
    inserts.push(insert)
    selects.push(select)
    const args = [
      `-storageDataPath=${join(work, name)}`,
      `-vminsertAddr=${insert}`,
      `-vmselectAddr=${select}`,
      `-httpListenAddr=${http}`,
      '-retentionPeriod=10y',
    ]
    let child = run('vmstorage', args)
    nodes.push({
      end: (signal) =>
        new Promise((resolve) => {
          child.once('exit', () => resolve())
          child.kill(signal)
        }),
      start: () => {
        child = run('vmstorage', args)
      },
    })
  }
  const [insertHttp, selectHttp] = [await address(), await address()]
  run('vminsert', [
    `-storageNode=${inserts.join(',')}`,
    `-replicationFactor=${copies}`,
    `-httpListenAddr=${insertHttp}`,
  ])
  run('vmselect', [
    `-storageNode=${selects.join(',')}`,
    `-replicationFactor=${copies}`,
    `-httpListenAddr=${selectHttp}`,
    `-cacheDataPath=${join(work, 'cache')}`,
    ...(copies > 1 ? ['-dedup.minScrapeInterval=1ms'] : []),
  ])
  const stop = (): void => {
    for (const child of running) child.kill('SIGKILL')
  }
  process.once('exit', stop)
  return {
    writeUrl: `http://${insertHttp}/insert/0/prometheus/api/v1/write`,
    readUrl: `http://${selectHttp}/select/0/prometheus`,
    nodes,
    stop,
  }
}
