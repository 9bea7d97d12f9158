import { createSocket } from 'node:dgram'
import { type AddressInfo, type Socket, createServer, isIPv6 } from 'node:net'
import type { Clock } from '@weir/model'
import type { IntakeStatus } from '@weir/packs'
import { type ListenAddress, readListenAddress, showAddress } from '../../intake/listen-address.ts'
import { Senders } from '../../intake/senders.ts'
import type { Telemetry } from '../../telemetry/log.ts'
import type { LineDoor } from '../sockets/line-door.ts'
import { OpenSockets, listenFailure, listening } from '../sockets/listen.ts'
import type { SyslogConfig } from './config.ts'
import { MessageQueue } from './message-queue.ts'
import { SyslogFrames } from './octet-frames.ts'
import { SyslogTelemetry, type SyslogTransport } from './telemetry.ts'
import { wallClockOf } from './wall-clock.ts'

export interface SyslogListener extends AsyncDisposable {
  /** `{ kind: 'syslog-udp', address: '127.0.0.1:5514' }`. */
  readonly addresses: readonly { readonly kind: string; readonly address: string }[]
  status(): IntakeStatus[]
}

/** An open socket. */
interface Opened {
  readonly transport: SyslogTransport
  readonly kind: string
  readonly address: string
  readonly close: () => Promise<void>
}

/**
 * Listens for syslog where the configuration says. Closing it takes no more, and waits until what came is
 * in the store.
 *
 * @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`
 */
export async function listenSyslog(options: {
  readonly config: SyslogConfig
  readonly door: LineDoor
  readonly telemetry: Telemetry
  readonly clock: Clock
}): Promise<SyslogListener> {
  const { config, door, clock } = options
  const telemetry = new SyslogTelemetry(options.telemetry, clock)
  const queue = new MessageQueue({
    door,
    clock,
    wallClock: wallClockOf(config.time_zone),
    bytesMax: config.max_queued_bytes,
    telemetry,
  })
  const opened: Opened[] = []
  const close = async (): Promise<void> => {
    await Promise.all(opened.map((socket) => socket.close()))
    await queue[Symbol.asyncDispose]()
  }
  try {
    if (config.udp_listen !== '') opened.push(await openUdp(config, queue, telemetry))
    if (config.tcp_listen !== '') opened.push(await openTcp(config, queue, telemetry))
  } catch (error) {
    await close()
    throw error
  }
  return {
    addresses: opened.map(({ kind, address }) => ({ kind, address })),
    status: () =>
      opened.map(({ transport, kind, address }) =>
        telemetry.figures[transport].status({ kind, address }),
      ),
    [Symbol.asyncDispose]: close,
  }
}

async function openUdp(
  config: SyslogConfig,
  queue: MessageQueue,
  telemetry: SyslogTelemetry,
): Promise<Opened> {
  const wanted = readListenAddress(config.udp_listen)
  const socket = createSocket({
    type: isIPv6(wanted.host) ? 'udp6' : 'udp4',
    ...(config.read_buffer > 0 ? { recvBufferSize: config.read_buffer } : {}),
  })
  const senders = new Senders(config.allow_from)
  socket.on('message', (message, { address }) => {
    if (!senders.has(address)) {
      telemetry.refused('udp', 'not_allowed')
      return
    }
    if (queue.isFull) {
      telemetry.refused('udp', 'queue_full')
      return
    }
    telemetry.received('udp', message.length)
    queue.push(message, address)
  })
  await new Promise<void>((resolve, reject) => {
    const onError = (cause: Error): void =>
      reject(listenFailure({ key: 'logs.syslog.udp_listen', protocol: 'UDP' }, wanted, cause))
    socket.once('error', onError)
    socket.bind({ address: wanted.host, port: wanted.port }, () => {
      socket.off('error', onError)
      resolve()
    })
  })
  socket.on('error', (error) => telemetry.socketFailed('udp', error))
  const { port } = socket.address()
  return {
    transport: 'udp',
    kind: 'syslog-udp',
    address: showAddress({ host: wanted.host, port }),
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

async function openTcp(
  config: SyslogConfig,
  queue: MessageQueue,
  telemetry: SyslogTelemetry,
): Promise<Opened> {
  const wanted: ListenAddress = readListenAddress(config.tcp_listen)
  const sockets = new OpenSockets(config.max_connections, (count) =>
    telemetry.connections.set(count),
  )
  const senders = new Senders(config.allow_from)
  const server = createServer((socket) => {
    socket.on('error', (error) => telemetry.broken(error)) // it closes by itself; what it sent was taken
    if (!senders.has(socket.remoteAddress ?? '')) {
      telemetry.refused('tcp', 'not_allowed')
      socket.destroy()
      return
    }
    if (!sockets.admit(socket)) {
      telemetry.refused('tcp', 'too_many_connections')
      return
    }
    if (config.idle_timeout > 0) socket.setTimeout(config.idle_timeout, () => socket.destroy())
    read(socket, config, queue, telemetry)
  })
  try {
    await listening(server, wanted)
  } catch (cause) {
    throw listenFailure({ key: 'logs.syslog.tcp_listen', protocol: 'TCP' }, wanted, cause)
  }
  server.on('error', (error) => telemetry.socketFailed('tcp', error))
  const { port } = server.address() as AddressInfo
  return {
    transport: 'tcp',
    kind: 'syslog-tcp',
    address: showAddress({ host: wanted.host, port }),
    close: () => sockets.close(server),
  }
}

function read(
  socket: Socket,
  config: SyslogConfig,
  queue: MessageQueue,
  telemetry: SyslogTelemetry,
): void {
  const peer = socket.remoteAddress ?? ''
  const frames = new SyslogFrames(config.max_message_bytes, {
    take: (message) => {
      telemetry.received('tcp', message.length)
      queue.push(message, peer)
    },
    refuse: () => telemetry.refused('tcp', 'too_long'),
  })
  socket.on('data', (chunk: Uint8Array) => {
    if (!frames.push(chunk)) {
      telemetry.refused('tcp', 'malformed_frame')
      socket.destroy()
    } else if (queue.isFull) {
      socket.pause() // the sender waits, and loses nothing
      queue.whenRoom(() => socket.resume())
    }
  })
  socket.on('close', () => frames.end())
}
