import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@weir/model'
import { freePort, stopped } from './peers.ts'

export interface RunningLoki extends AsyncDisposable {
  readonly url: string
}

/**
 * A real Loki on a free loopback port, its data in a folder that goes with it. Takes lines of any age, and
 * keeps them in memory: those that it has just written out are not found for a while.
 */
export async function startLoki(program: string): Promise<RunningLoki> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-loki-'))
  const [port, grpcPort] = [await freePort(), await freePort()]
  const file = join(folder, 'loki.yml')
  await writeFile(file, configOf(folder, port, grpcPort))
  const child = spawn(program, [`-config.file=${file}`, '-log.level=error'], { stdio: 'ignore' })
  const url = `http://127.0.0.1:${port}`
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL') // it would wait for queries to end
    await stopped(child)
    await rm(folder, { recursive: true, force: true })
  }
  for (let attempt = 0; attempt < 600; attempt++) {
    const isReady = await fetch(`${url}/ready`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isReady) return { url, [Symbol.asyncDispose]: stop }
    await systemClock.sleep(100)
  }
  await stop()
  throw new Error(`${program} is not ready within a minute`)
}

function configOf(folder: string, port: number, grpcPort: number): string {
  return `
auth_enabled: false
analytics: {reporting_enabled: false}
server: {http_listen_address: 127.0.0.1, http_listen_port: ${port}, grpc_listen_address: 127.0.0.1, grpc_listen_port: ${grpcPort}}
common:
  path_prefix: ${folder}
  replication_factor: 1
  instance_addr: 127.0.0.1
  ring: {kvstore: {store: inmemory}, instance_addr: 127.0.0.1}
  storage: {filesystem: {chunks_directory: ${folder}/chunks, rules_directory: ${folder}/rules}}
schema_config:
  configs: [{from: 2020-01-01, store: tsdb, object_store: filesystem, schema: v13, index: {prefix: index_, period: 24h}}]
limits_config: {reject_old_samples: false, volume_enabled: true, allow_structured_metadata: true, query_timeout: 30s}
querier: {query_ingesters_within: 0}
ingester: {max_chunk_age: 240h, chunk_idle_period: 240h, lifecycler: {min_ready_duration: 0s}}
pattern_ingester: {enabled: true}
ruler: {alertmanager_url: ''}
`
}
