import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { systemClock } from '@weir/model'
import { freePort, stopped } from './peers.ts'

/** A real Prometheus with samples of its own, to compare with. */
export interface RunningPrometheus extends AsyncDisposable {
  readonly url: string
}

/** Starts one on a free loopback port, its store filled from an OpenMetrics text. */
export async function startPrometheus(
  programs: { readonly prometheus: string; readonly promtool: string },
  openMetrics: string,
  flags: readonly string[] = [],
): Promise<RunningPrometheus> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-prometheus-'))
  const input = join(folder, 'input.txt')
  const data = join(folder, 'data')
  await writeFile(input, openMetrics)
  await writeFile(join(folder, 'prometheus.yml'), 'global: {}\n')
  await promisify(execFile)(programs.promtool, [
    'tsdb',
    'create-blocks-from',
    'openmetrics',
    input,
    data,
  ])
  const port = await freePort()
  const child = spawn(
    programs.prometheus,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=100y',
      `--web.listen-address=127.0.0.1:${port}`,
      ...flags,
    ],
    { stdio: 'ignore' },
  )
  const url = `http://127.0.0.1:${port}`
  await ready(url)
  return {
    url,
    [Symbol.asyncDispose]: async () => {
      await stopped(child)
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function ready(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const status = await fetch(`${url}/-/ready`).then(
      (reply) => reply.status,
      () => 0,
    )
    if (status === 200) return
    await systemClock.sleep(50)
  }
  throw new Error(`Prometheus at ${url} did not get ready`)
}
