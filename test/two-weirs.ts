import { createServer, connect, type AddressInfo, type Socket } from 'node:net'
import { type Receiver, type WeirProcess, getJson, startWeir } from './weir-process.ts'

/** A port that leads to wherever it is told, so that two processes can name each other before they listen. */
export interface Way extends AsyncDisposable {
  readonly address: string
  /** Where it leads; undefined: nowhere. */
  to: string | undefined
}

export async function openWay(): Promise<Way> {
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
  }
  const server = createServer((from) => {
    keep(from)
    if (way.to === undefined) {
      from.destroy()
      return
    }
    const onward = keep(connect(Number(new URL(way.to).port), '127.0.0.1'))
    from.pipe(onward).pipe(from)
    from.on('close', () => onward.destroy())
    onward.on('close', () => from.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const way: Way = {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    to: undefined,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return way
}

/** One of two Weirs that know each other: `a` tells first. Both list both, as one file for both would. */
export async function startOneOfTwo(
  name: string,
  to: { readonly receiver: Receiver; readonly ways: Readonly<Record<string, Way>> },
  dataDir?: string,
): Promise<WeirProcess> {
  const addresses = Object.values(to.ways).map(({ address }) => address)
  const weir = await startWeir({
    config: `
notifications:
  peers: [${addresses.join(', ')}]
  peer_name: ${name}
  peer_secret: between-us
  peer_timeout: 4s
alertmanager:
  route: {receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}
  receivers: [{name: hook, webhook_configs: [{url: '${to.receiver.url}'}]}]
`,
    ...(dataDir === undefined ? {} : { dataDir }),
  })
  to.ways[name]!.to = weir.web
  return weir
}

/** What a Prometheus does that knows both. Who does not answer is passed over. */
export async function postToBoth(
  weirs: readonly WeirProcess[],
  name: string,
  end?: Date,
): Promise<void> {
  const alert = { labels: { alertname: name }, ...(end === undefined ? {} : { endsAt: end }) }
  await Promise.all(
    weirs.map((weir) =>
      fetch(`${weir.web}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify([alert]),
      }).catch(() => undefined),
    ),
  )
}

interface ClusterStatus {
  readonly cluster: {
    readonly status: string
    readonly name: string
    readonly peers: readonly { readonly name: string; readonly address: string }[]
  }
}

/** The names that one sees, itself among them, as `amtool cluster show` lists them; none before it is ready. */
export async function membersOf({ web }: WeirProcess): Promise<string[]> {
  const { cluster } = await getJson<ClusterStatus>(`${web}/api/v2/status`)
  return cluster.status === 'ready' ? cluster.peers.map(({ name }) => name).toSorted() : []
}

/** `X firing`, `X resolved`, in the order in which they came. */
export function toldBy({ bodies }: Receiver): string[] {
  return (bodies as readonly { status: string; groupLabels: { alertname: string } }[]).map(
    ({ status, groupLabels }) => `${groupLabels.alertname} ${status}`,
  )
}
