import { execFileSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { type OtlpMetricsRequest, encodeOtlp } from '@weir/wire'
import { Dice, RandomSender } from './otlp-requests.ts'
import { type PeerProcess, findPeer, startPeer } from './peer-process.ts'
import { getJson } from './weir-process.ts'

/** A Prometheus that was built with its OTLP receiver; Debian's has none. */
export const OTLP_PROMETHEUS = ['prometheus-otlp', 'prometheus']
  .map(findPeer)
  .find((program) => program !== undefined && takesOtlp(program))

function takesOtlp(program: string): boolean {
  return execFileSync(program, ['--help'], { encoding: 'utf8' }).includes('otlp-receiver')
}

export function startOtlpPrometheus(config: string): Promise<PeerProcess> {
  return startPeer({
    program: OTLP_PROMETHEUS!,
    config,
    args: ({ folder, config: file, port }) => [
      `--config.file=${file}`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--web.enable-otlp-receiver',
      '--enable-feature=native-histograms,exemplar-storage,otlp-deltatocumulative',
      '--log.level=error',
    ],
    readyPath: '/-/ready',
  })
}

/** Sends a request to `BASE/api/v1/otlp/v1/metrics`; the status and body of the answer. */
async function sendOtlp(
  base: string,
  request: OtlpMetricsRequest,
  { isJson = false, isPacked = false } = {},
): Promise<{ readonly status: number; readonly body: Uint8Array }> {
  const plain = isJson ? Buffer.from(JSON.stringify(request)) : encodeOtlp(request)
  const answer = await fetch(`${base}/api/v1/otlp/v1/metrics`, {
    method: 'POST',
    headers: {
      'content-type': isJson ? 'application/json' : 'application/x-protobuf',
      ...(isPacked ? { 'content-encoding': 'gzip' } : {}),
    },
    body: new Uint8Array(isPacked ? gzipSync(plain) : plain),
  })
  return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) }
}

interface Matrix {
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>
      readonly values?: unknown
      readonly histograms?: unknown
    }[]
  }
}

interface Exemplars {
  readonly data: readonly {
    readonly seriesLabels: Readonly<Record<string, string>>
    readonly exemplars: readonly object[]
  }[]
}

/** Sends the same random requests to both sides; what is not equal then, a line each. */
export async function compareOtlp(
  weir: string,
  peer: string,
  size: { readonly seed: number; readonly senders: number; readonly rounds: number },
): Promise<string[]> {
  const dice = new Dice(size.seed)
  const startMs = Date.now() - size.rounds * 1000 - 5000
  const senders = Array.from(
    { length: size.senders },
    (_, i) => new RandomSender(dice, i, i % 2 === 0 ? 2 : 1, startMs),
  )
  const differences: string[] = []
  for (let round = 1; round <= size.rounds; round++) {
    for (const sender of senders) {
      const request = sender.at(startMs + round * 1000)
      const form = { isJson: dice.is(0.5), isPacked: dice.is(0.5) }
      const ours = await sendOtlp(weir, request, form)
      const theirs = await sendOtlp(peer, request, form)
      if (ours.status !== 200 || theirs.status !== 200 || ours.body.length > 2) {
        const said = [ours, theirs].map(
          ({ status, body }) => `${status} ${Buffer.from(body).toString()}`,
        )
        differences.push(`answers: ${said.join(' and ')}`)
      }
    }
  }
  const endMs = startMs + size.rounds * 1000
  const span = `${size.rounds + 1}s`
  const ask = { query: `{service_series!="-"}[${span}]`, time: String(endMs / 1000) }
  const all = { ...ask, query: `{__name__=~".+"}[${span}]` }
  differences.push(
    ...unequal(await matrix(weir, all), await matrix(peer, all)),
    ...unequal(await exemplars(weir, startMs, endMs), await exemplars(peer, startMs, endMs)),
  )
  return differences
}

async function matrix(base: string, ask: Record<string, string>): Promise<Map<string, string>> {
  const answer = await getJson<Matrix>(`${base}/api/v1/query?${new URLSearchParams(ask)}`)
  return new Map(
    answer.data.result
      // Weir tells of itself; nothing of a sender has such a name.
      .filter(({ metric }) => !isOwn(metric))
      .map(({ metric, ...samples }) => [keyOf(metric), JSON.stringify(samples)]),
  )
}

async function exemplars(
  base: string,
  startMs: number,
  endMs: number,
): Promise<Map<string, string>> {
  const ask = new URLSearchParams({
    query: '{__name__=~".+"}',
    start: String(startMs / 1000),
    end: String(endMs / 1000 + 1),
  })
  const answer = await getJson<Exemplars>(`${base}/api/v1/query_exemplars?${ask}`)
  return new Map(
    answer.data.map(({ seriesLabels, exemplars: all }) => [
      `exemplars of ${keyOf(seriesLabels)}`,
      JSON.stringify(all),
    ]),
  )
}

function isOwn(metric: Readonly<Record<string, string>>): boolean {
  return metric['job'] === 'weir' || metric['__name__']!.startsWith('weir_')
}

function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function unequal(ours: Map<string, string>, theirs: Map<string, string>): string[] {
  const keys = new Set([...ours.keys(), ...theirs.keys()])
  if (theirs.size === 0) return ['the peer has nothing']
  return [...keys]
    .filter((key) => ours.get(key) !== theirs.get(key))
    .map((key) => `${key}\n  Weir:       ${ours.get(key)}\n  Prometheus: ${theirs.get(key)}`)
}
