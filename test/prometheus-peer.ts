import { join } from 'node:path'
import { type PeerProcess, findPeer, startPeer } from './peer-process.ts'

/** Where a real Prometheus is; undefined where there is none. */
export const PROMETHEUS = findPeer('prometheus')

/**
 * Starts one with this configuration, in which `PORT` is the port that it gets.
 *
 * @param data its data directory, which stays; one of its own, which goes with it, when left out
 */
export function startPrometheus(
  config: string,
  flags: readonly string[] = [],
  data?: string,
): Promise<PeerProcess> {
  return startPeer({
    program: PROMETHEUS!,
    config,
    args: ({ folder, config: file, port }) => [
      `--config.file=${file}`,
      `--storage.tsdb.path=${data ?? join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
      ...flags,
    ],
    readyPath: '/-/ready',
  })
}
