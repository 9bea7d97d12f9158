import { type AddressInfo, createServer } from 'node:net'
import { hostname } from 'node:os'
import { secretOf } from '@weir/fetch'
import { type Clock, WeirError } from '@weir/model'
import type { IntakeStatus } from '@weir/packs'
import { readListenAddress, showAddress } from '../../intake/listen-address.ts'
import type { Telemetry } from '../../telemetry/log.ts'
import type { LineDoor } from '../sockets/line-door.ts'
import { Senders } from '../../intake/senders.ts'
import { OpenSockets, listenFailure, listening } from '../sockets/listen.ts'
import type { ForwardConfig } from './config.ts'
import { ForwardConnection, type ForwardShared } from './connection.ts'
import type { ForwardSecurity } from './handshake.ts'
import { KnownChunks } from './known-chunks.ts'
import { RecordLines } from './record-lines.ts'
import { ForwardTelemetry } from './telemetry.ts'

export interface ForwardListener extends AsyncDisposable {
  /** `127.0.0.1:24224`. */
  readonly address: string
  status(): IntakeStatus
}

/**
 * Listens for fluentd's forward protocol. Closing it takes no more, and waits until what came is in the store.
 *
 * @throws {WeirError} `ADDRESS_IN_USE`, `ADDRESS_UNUSABLE`; `FETCH_FAILED` when the key's file cannot be read,
 *   `CONFIG_INVALID` when it is empty
 */
export async function listenForward(options: {
  readonly config: ForwardConfig
  readonly door: LineDoor
  readonly telemetry: Telemetry
  readonly clock: Clock
}): Promise<ForwardListener> {
  const { config, door } = options
  const telemetry = new ForwardTelemetry(options.telemetry, options.clock)
  const shared: ForwardShared = {
    door,
    records: new RecordLines(),
    chunks: new KnownChunks(config.max_known_chunks),
    telemetry,
    security: await securityOf(config),
    chunkBytesMax: config.max_chunk_bytes,
    unpackedBytesMax: config.max_unpacked_bytes,
    waiting: { bytes: 0, max: config.max_unacked_bytes },
  }
  const sockets = new OpenSockets(config.max_connections, (count) =>
    telemetry.connections.set(count),
  )
  const connections = new Set<ForwardConnection>()
  const senders = new Senders(config.allow_from)
  const server = createServer((socket) => {
    socket.on('error', (error) => telemetry.broken(error)) // it closes by itself
    const from = socket.remoteAddress ?? ''
    if (!senders.has(from)) {
      telemetry.refused('not_allowed', from)
      socket.destroy()
      return
    }
    if (!sockets.admit(socket)) {
      telemetry.refused('too_many_connections', from)
      return
    }
    if (config.idle_timeout > 0) socket.setTimeout(config.idle_timeout, () => socket.destroy())
    const connection = new ForwardConnection(socket, shared)
    connections.add(connection)
    socket.on('close', () => void forget(connection))
  })
  const forget = async (connection: ForwardConnection): Promise<void> => {
    await connection.settled
    connections.delete(connection)
  }
  const address = readListenAddress(config.listen)
  try {
    await listening(server, address)
  } catch (cause) {
    throw listenFailure({ key: 'logs.forward.listen', protocol: 'TCP' }, address, cause)
  }
  server.on('error', (error) => telemetry.socketFailed(error))
  const { port } = server.address() as AddressInfo
  const shown = showAddress({ host: address.host, port })
  return {
    address: shown,
    status: () => telemetry.figures.status({ kind: 'fluentd-forward', address: shown }),
    [Symbol.asyncDispose]: async () => {
      await sockets.close(server)
      await Promise.all([...connections].map(({ settled }) => settled))
    },
  }
}

async function securityOf(config: ForwardConfig): Promise<ForwardSecurity | undefined> {
  const sharedKey = await secretOf(config.shared_key, config.shared_key_file)
  if (sharedKey === '' && config.shared_key_file !== undefined) {
    // Without a key everybody could send, which is not what was asked for.
    const file = JSON.stringify(config.shared_key_file)
    throw new WeirError(
      'CONFIG_INVALID',
      `Cannot use logs.forward.shared_key_file ${file}: it is empty`,
    )
  }
  if (sharedKey === '') return undefined
  return {
    sharedKey,
    users: new Map(config.users.map(({ username, password }) => [username, password])),
    selfHostname: config.self_hostname ?? hostname(),
  }
}
