import { type Socket, createSocket } from 'node:dgram'

/** Records of a name: `A 1.2.3.4`, `SRV 10 20 9100 host.example`; or a failure: `SERVFAIL`. */
export type Zone = Readonly<Record<string, readonly string[]>>

const TYPE = { A: 1, NS: 2, CNAME: 5, MX: 15, AAAA: 28, SRV: 33 } as const
type Type = keyof typeof TYPE

/** A DNS server that knows just what a test tells it, over UDP. Names it has not heard of do not exist. */
export class DnsServer implements AsyncDisposable {
  readonly #socket: Socket
  zone: Zone
  /** Names asked for, in order. */
  readonly asked: string[] = []

  private constructor(socket: Socket, zone: Zone) {
    this.#socket = socket
    this.zone = zone
    socket.on('message', (query, { port, address }) => {
      socket.send(this.#answer(query), port, address)
    })
  }

  static async open(zone: Zone, address = '127.0.0.1', port = 0): Promise<DnsServer> {
    const socket = createSocket('udp4')
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind(port, address, resolve)
    })
    return new DnsServer(socket, zone)
  }

  get address(): string {
    const { address, port } = this.#socket.address()
    return `${address}:${port}`
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()))
  }

  #answer(query: Buffer): Buffer {
    const question = readQuestion(query)
    const name = question.name.toLowerCase()
    this.asked.push(name)
    const records = this.zone[name]
    if (records === undefined) return reply(query, question.end, 3, [])
    if (records.includes('SERVFAIL')) return reply(query, question.end, 2, [])
    const wanted = records
      .map((record) => record.split(' '))
      .filter(([type]) => TYPE[type as Type] === question.type || type === 'CNAME')
      .map(([type, ...data]) => record(type as Type, data))
    return reply(query, question.end, 0, wanted)
  }
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const parts: string[] = []
  let at = 12
  while (query[at] !== 0) {
    const length = query[at]!
    parts.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  return { name: parts.join('.'), type: query.readUInt16BE(at + 1), end: at + 5 }
}

/** The head and the question as they came, with the answers; whatever else was asked for is left out. */
function reply(query: Buffer, end: number, code: number, answers: readonly Buffer[]): Buffer {
  const head = Buffer.from(query.subarray(0, end))
  head.writeUInt16BE(0x8180 | code, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(answers.length, 6)
  head.writeUInt32BE(0, 8)
  return Buffer.concat([head, ...answers])
}

function record(type: Type, data: readonly string[]): Buffer {
  const body = bodyOf(type, data)
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0) // the name is that of the question
  head.writeUInt16BE(TYPE[type], 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt32BE(60, 6)
  head.writeUInt16BE(body.length, 10)
  return Buffer.concat([head, body])
}

function bodyOf(type: Type, data: readonly string[]): Buffer {
  switch (type) {
    case 'A':
      return Buffer.from(data[0]!.split('.').map(Number))
    case 'AAAA':
      return Buffer.from(data[0]!.replaceAll(':', ''), 'hex')
    case 'NS':
    case 'CNAME':
      return nameOf(data[0]!)
    case 'MX':
      return Buffer.concat([uint16(Number(data[0])), nameOf(data[1]!)])
    case 'SRV':
      return Buffer.concat([...data.slice(0, 3).map((n) => uint16(Number(n))), nameOf(data[3]!)])
    default:
      return type satisfies never
  }
}

function uint16(n: number): Buffer {
  return Buffer.from([n >> 8, n & 255])
}

function nameOf(name: string): Buffer {
  const parts = name === '' ? [] : name.split('.')
  return Buffer.concat([
    ...parts.map((part) => Buffer.from([part.length, ...Buffer.from(part)])),
    Buffer.from([0]),
  ])
}
