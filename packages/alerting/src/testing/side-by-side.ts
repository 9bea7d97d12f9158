/**
 * The same alerts into a real Alertmanager and into Weir, with one server that keeps what both send.
 */
import { readFileSync } from 'node:fs'
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, type Socket, connect } from 'node:net'
import { join } from 'node:path'
import { Labels, type Matcher, systemClock } from '@weir/model'
import type { Alerting } from '../options.ts'
import { alertingInMemory } from './alerting-in-memory.ts'
import { type PushedAlert, pushToBoth, startAlertmanager, until } from './alertmanager.ts'

type Who = 'peer' | 'weir'

/** A request that one of them made. */
export interface Said {
  readonly method: string
  /** Below the address that the config was given. */
  readonly path: string
  readonly authorization: string
  readonly body: Record<string, unknown>
}

/** What a config can point its receivers at. */
export interface Places {
  /** Any path below it is kept, and answered as the vendor named in the path would. */
  readonly url: string
  /** `http_config` of a proxy that keeps what goes to anybody by https. */
  readonly throughProxy: string
}

export interface SideBySide extends AsyncDisposable {
  push(alerts: readonly PushedAlert[], startsAtMs: number, endsAtMs: number): Promise<void>
  /** Silences in both; gives what ends the silence in both. */
  silence(matchers: readonly Matcher[]): Promise<() => Promise<void>>
  /** The groups that both have, each as a text. */
  groups(): Promise<Readonly<Record<Who, readonly string[]>>>
  /** What was said since it was last forgotten, once each has said so many things. */
  heard(count: number): Promise<Readonly<Record<Who, readonly Said[]>>>
  forget(): void
}

export async function openSideBySide(
  alertmanager: string,
  config: (places: Places) => string,
): Promise<SideBySide> {
  const recorder = await Recorder.open()
  const peer = await startAlertmanager(alertmanager, config(recorder.places('peer')))
  const { url } = peer
  const weir = await alertingInMemory({
    config: { fileName: peer.configFile, text: config(recorder.places('weir')) },
    strictCompat: true,
    clock: systemClock,
  })
  return {
    push: (alerts, startsAtMs, endsAtMs) => pushToBoth({ url, weir }, alerts, startsAtMs, endsAtMs),
    silence: (matchers) => silence({ url, weir }, matchers),
    groups: async () => ({ peer: await groupsOf(url), weir: groupTexts(weir) }),
    heard: async (count) => {
      const { said } = recorder
      await until(
        async () => said.peer.length >= count && said.weir.length >= count,
        () => `want ${count} requests of each, heard ${JSON.stringify(said, undefined, 1)}`,
      )
      await systemClock.sleep(300) // anything that one of them says beyond that
      return { peer: [...said.peer], weir: [...said.weir] }
    },
    forget: () => recorder.forget(),
    [Symbol.asyncDispose]: async () => {
      await weir[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
      await recorder[Symbol.asyncDispose]()
    },
  }
}

async function silence(
  { url, weir }: { readonly url: string; readonly weir: Alerting },
  matchers: readonly Matcher[],
): Promise<() => Promise<void>> {
  const startsAtMs = systemClock.now()
  const draft = { createdBy: 'test', comment: 'test', startsAtMs, endsAtMs: startsAtMs + 3_600_000 }
  const { endsAtMs, ...about } = draft
  const body = {
    ...about,
    startsAt: new Date(startsAtMs).toISOString(),
    endsAt: new Date(endsAtMs).toISOString(),
    matchers: matchers.map(({ name, operator, value }) => ({
      name,
      value,
      isRegex: operator.endsWith('~'),
      isEqual: operator.startsWith('='),
    })),
  }
  const headers = { 'content-type': 'application/json' }
  const post = { method: 'POST', headers, body: JSON.stringify(body) }
  const answer = await fetch(`${url}/api/v2/silences`, post)
  if (!answer.ok) throw new Error(`Alertmanager refused the silence: ${await answer.text()}`)
  const { silenceID } = (await answer.json()) as { readonly silenceID: string }
  const id = await weir.silences.set({ ...draft, matchers, annotations: {} })
  return async () => {
    await fetch(`${url}/api/v2/silence/${silenceID}`, { method: 'DELETE' })
    await weir.silences.expire(id)
  }
}

interface PeerGroup {
  readonly labels: Readonly<Record<string, string>>
  readonly receiver: { readonly name: string }
  readonly alerts: readonly {
    readonly fingerprint: string
    readonly receivers: readonly { readonly name: string }[]
    readonly status: {
      readonly state: string
      readonly silencedBy: readonly string[]
      readonly inhibitedBy: readonly string[]
      readonly mutedBy: readonly string[]
    }
  }[]
}

async function groupsOf(url: string): Promise<string[]> {
  const groups = (await (await fetch(`${url}/api/v2/alerts/groups`)).json()) as PeerGroup[]
  const texts = groups.map(({ labels, receiver, alerts }) =>
    groupText(
      Labels.of(labels),
      receiver.name,
      alerts.map((one) => ({ ...one, receivers: one.receivers.map(({ name }) => name) })),
    ),
  )
  return texts.toSorted()
}

function groupTexts(weir: Alerting): string[] {
  const groups = weir.routing.groups()
  return groups
    .map(({ labels, receiver, alerts }) => groupText(labels, receiver, alerts))
    .toSorted()
}

/** Which of several sources holds an alert back is open; that one does is not. */
function groupText(
  labels: Labels,
  receiver: string,
  alerts: readonly (Pick<PeerGroup['alerts'][number], 'fingerprint' | 'status'> & {
    readonly receivers: readonly string[]
  })[],
): string {
  const shown = alerts.map(({ fingerprint, receivers, status }) => {
    const { state, silencedBy, inhibitedBy } = status
    const why = `${silencedBy.length > 0} ${inhibitedBy.length > 0}`
    return `${fingerprint} ${receivers.toSorted().join()} ${state} ${why}`
  })
  return `${receiver} ${labels.toString()}\n  ${shown.toSorted().join('\n  ')}`
}

/** What was said, sorted, without what must differ between the two: links, newer fields, key order. */
export function comparables(said: readonly Said[]): string[] {
  return said.map(comparable).toSorted()
}

function comparable({ path, body }: Said): string {
  const { notification_reason: _, routeLabels: __, ...rest } = body
  return `${path} ${JSON.stringify(sortKeys(rest), undefined, 1)}`
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sortKeys(item)]))
}

/** Keeps requests, those that come through it as a proxy too. */
class Recorder implements AsyncDisposable {
  said: Record<Who, Said[]> = { peer: [], weir: [] }
  readonly #plain: Server
  readonly #tls: ReturnType<typeof createTlsServer>
  /** Who is behind a tunnel, by the port on which the TLS server sees it. */
  readonly #tunnels = new Map<number, Who>()

  private constructor() {
    const pem = (name: string): Buffer =>
      readFileSync(join(import.meta.dirname, `../../../../fixtures/tls/${name}.pem`))
    this.#plain = createServer((request, response) => {
      const [, who, ...path] = request.url!.split('/')
      void this.#keep(who as Who, `/${path.join('/')}`, request, response)
    })
    this.#plain.on('connect', (request, socket) => this.#tunnel(request, socket as Socket))
    this.#tls = createTlsServer(
      { cert: pem('server'), key: pem('server-key') },
      (request, response) => {
        const who = this.#tunnels.get(request.socket.remotePort!)!
        void this.#keep(who, `//${request.headers.host}${request.url}`, request, response)
      },
    )
  }

  static async open(): Promise<Recorder> {
    const recorder = new Recorder()
    for (const server of [recorder.#plain, recorder.#tls]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    }
    return recorder
  }

  places(who: Who): Places {
    const { port } = this.#plain.address() as AddressInfo
    const proxy = `proxy_url: 'http://127.0.0.1:${port}'`
    const header = `proxy_connect_header: {X-Who: [${who}]}`
    return {
      url: `http://127.0.0.1:${port}/${who}`,
      throughProxy: `{${proxy}, ${header}, tls_config: {insecure_skip_verify: true}}`,
    }
  }

  forget(): void {
    this.said.peer.length = 0
    this.said.weir.length = 0
  }

  #tunnel(request: IncomingMessage, socket: Socket): void {
    const inner = connect((this.#tls.address() as AddressInfo).port, '127.0.0.1', () => {
      this.#tunnels.set(inner.localPort!, request.headers['x-who'] as Who)
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(inner).pipe(socket)
    })
    for (const end of [socket, inner]) end.on('error', () => socket.destroy())
  }

  async #keep(
    who: Who,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    this.said[who].push({
      method: request.method!,
      path,
      authorization: request.headers.authorization ?? '',
      body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
    })
    if (path.startsWith('/slack')) response.writeHead(200).end('ok')
    else response.writeHead(202).end('{}')
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of [this.#plain, this.#tls]) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
