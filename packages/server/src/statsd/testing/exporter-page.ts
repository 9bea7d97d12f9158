import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from '../../http/testing/peers.ts'

/** Sample lines of the exporter's page but for its own metrics, after it got the lines under a mapping. */
export async function exporterPage(
  binary: string,
  mapping: string,
  lines: readonly string[],
): Promise<string[]> {
  return (await exporterPages(binary, mapping, lines)).samples
}

const PROTOBUF =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited'

/** The same, and the page in protobuf, which has native histograms. */
export async function exporterPages(
  binary: string,
  mapping: string,
  lines: readonly string[],
): Promise<{ readonly samples: string[]; readonly protobuf: Uint8Array }> {
  const folder = mkdtempSync(join(tmpdir(), 'weir-statsd-'))
  const file = join(folder, 'mapping.yml')
  writeFileSync(file, mapping)
  const [udp, web] = [await freePort(), await freePort()]
  const child = spawn(
    binary,
    [
      `--statsd.listen-udp=127.0.0.1:${udp}`,
      '--statsd.listen-tcp=',
      `--web.listen-address=127.0.0.1:${web}`,
      `--statsd.mapping-config=${file}`,
      '--statsd.event-flush-interval=10ms',
    ],
    { stdio: 'ignore' },
  )
  try {
    const page = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${web}/metrics`)).text()
    await until(child, () =>
      page().then(
        () => true,
        () => false,
      ),
    )
    await send(udp, lines)
    const want = `statsd_exporter_lines_total ${lines.length}`
    await until(child, async () => (await page()).includes(want))
    // Lines are counted before their events are applied: three equal pages are the end of it.
    let [last, seen] = ['', 0]
    await until(child, async () => {
      const now = ownSamples(await page()).join('\n')
      seen = now === last && now !== '' ? seen + 1 : 1
      last = now
      return seen === 3
    })
    const headers = { accept: PROTOBUF }
    const protobuf = await fetch(`http://127.0.0.1:${web}/metrics`, { headers })
    return {
      samples: last.split('\n'),
      protobuf: new Uint8Array(await protobuf.arrayBuffer()),
    }
  } finally {
    child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  }
}

function ownSamples(page: string): string[] {
  const theirs = /^(#|$|go_|process_|promhttp_|statsd_exporter_|statsd_metric_mapper_)/
  return page.split('\n').filter((line) => !theirs.test(line))
}

/** Labels in order, numbers as JavaScript writes them, to 12 digits: sums depend on their order. */
export function comparable(line: string): string {
  const found = /^([^{ ]+)(?:\{(.*)\})? (\S+)$/.exec(line)
  if (found === null) return line
  const labels = [...(found[2] ?? '').matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
    .filter(([, , value]) => value !== '') // an empty label is an absent one
    .map(([pair]) => pair)
    .toSorted()
  const value = /^[-+]?(Inf|NaN)$/.test(found[3]!)
    ? found[3]!
    : String(Number(Number(found[3]).toPrecision(12)))
  return `${found[1]!}{${labels.join(',')}} ${value}`
}

async function until(child: ChildProcess, isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    if (await isSo()) return
    if (child.exitCode !== null) throw new Error(`statsd_exporter ended with ${child.exitCode}`)
    await pause(50)
  }
  throw new Error('statsd_exporter did not come to it')
}

function send(port: number, lines: readonly string[]): Promise<void> {
  const socket = createSocket('udp4')
  return new Promise((resolve, reject) => {
    socket.send(lines.join('\n'), port, '127.0.0.1', (error) => {
      socket.close()
      if (error === null) resolve()
      else reject(error)
    })
  })
}
