import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { systemClock } from '@weir/model'
import { type MsgpackValue, encodeMsgpack } from '@weir/wire'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { openLog } from '../../telemetry/log.ts'
import { Registry } from '../../telemetry/registry.ts'
import { MemoryDoor } from '../sockets/testing/memory-door.ts'
import { forwardConfig } from './config.ts'
import { type ForwardListener, listenForward } from './forward-listener.ts'
import { Handshake } from './handshake.ts'
import { KnownChunks } from './known-chunks.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

let door = new MemoryDoor()
let registry = new Registry()
const open: { listener?: ForwardListener; sockets: Socket[] } = { sockets: [] }

afterEach(async () => {
  for (const socket of open.sockets) socket.destroy()
  open.sockets = []
  await open.listener?.[Symbol.asyncDispose]()
  delete open.listener
})

async function listen(config: object = {}): Promise<void> {
  door = new MemoryDoor()
  registry = new Registry()
  open.listener = await listenForward({
    config: forwardConfig.parse({ listen: '127.0.0.1:0', ...config }),
    door,
    telemetry: { registry, log: openLog('silent') },
    clock: systemClock,
  })
}

/** A client that collects what it is answered. */
async function dial(): Promise<Socket & { answered: () => Buffer; gone: Promise<unknown> }> {
  const socket = connect(Number(open.listener!.address.split(':')[1]), '127.0.0.1')
  open.sockets.push(socket)
  const parts: Buffer[] = []
  socket.on('data', (chunk: Buffer) => parts.push(chunk))
  socket.on('error', () => undefined)
  const gone = once(socket, 'close')
  await once(socket, 'connect')
  return Object.assign(socket, { answered: () => Buffer.concat(parts), gone })
}

function counted(name: string): Record<string, number> {
  const family = registry.collect().find((each) => each.name === name)
  return Object.fromEntries(
    (family?.samples ?? [])
      .filter(({ value }) => value > 0)
      .map(({ labels, value }) => [labels.get('reason'), value]),
  )
}

const ENTRY: MsgpackValue = [1_700_000_000, { msg: 'hi', n: 1 }]
const PACKED = Buffer.concat([encodeMsgpack(ENTRY), encodeMsgpack(ENTRY)])

describe('messages', () => {
  test('lines of all modes are kept, and acknowledged byte for byte once they are', async () => {
    await listen()
    const client = await dial()
    door.hold()
    client.write(
      hex('94 a56170702e78 d7006553f100075bcd15 81a36d7367a26869 81 a56368756e6b a459574a6a'),
    )
    await vi.waitFor(() => expect(door.heldCount).toBe(1))
    expect(client.answered()).toHaveLength(0)
    door.release()
    await vi.waitFor(() => expect(client.answered().toString('hex')).toBe('81a361636ba459574a6a'))
    client.write(encodeMsgpack(['app', [ENTRY, ENTRY]]))
    client.write(encodeMsgpack(['app', PACKED, { size: 2 }]))
    client.write(encodeMsgpack(['app', gzipSync(PACKED), { compressed: 'gzip' }]))
    // gzip members behind each other, as Fluent Bit and fluentd send them
    const members = Buffer.concat([gzipSync(encodeMsgpack(ENTRY)), gzipSync(PACKED)])
    client.write(encodeMsgpack(['app', members, { compressed: 'gzip' }]))
    client.write(encodeMsgpack(null))
    await door.until(10)
    expect(door.lines[0]).toEqual({
      labels: '{service_name="app.x", tag="app.x"}',
      timeNs: 1_700_000_000_123_456_789n,
      severity: 0,
      line: 'hi',
      metadata: [],
    })
    expect(new Set(door.lines.slice(1).map(({ line }) => line))).toEqual(
      new Set(['{"msg":"hi","n":1}']),
    )
  })

  test('messages that come together are one commit', async () => {
    await listen()
    const client = await dial()
    const message = encodeMsgpack(['app', 1, { a: 1 }])
    client.write(Buffer.concat(Array.from({ length: 50 }, () => message)))
    await door.until(50)
    expect(door.commits).toEqual([50])
  })

  test('JSON is taken, and answered in JSON', async () => {
    await listen()
    const client = await dial()
    client.write('["app",[[1700000000,{"a":1}]],{"chunk":"c"}]\n["app",1,{"b":2}]')
    await door.until(2)
    await vi.waitFor(() => expect(client.answered().toString()).toBe('{"ack":"c"}'))
  })

  test('a chunk that is sent again is acknowledged and not kept twice, over connections too', async () => {
    await listen()
    const chunk = encodeMsgpack(['app', PACKED, { chunk: 'MTIz\n' }])
    const [one, two] = [await dial(), await dial()]
    door.hold()
    one.write(chunk)
    await vi.waitFor(() => expect(door.heldCount).toBe(1))
    two.write(chunk) // the first is still on its way
    await vi.waitFor(() =>
      expect(counted('weir_logs_forward_repeated_chunks_total')).toEqual({ '': 1 }),
    )
    expect(two.answered()).toHaveLength(0)
    door.release()
    await vi.waitFor(() => expect(two.answered()).toEqual(one.answered()))
    one.write(chunk)
    await vi.waitFor(() => expect(one.answered()).toHaveLength(2 * two.answered().length))
    expect(door.lines).toHaveLength(2)
  })

  test('what the store cannot keep is not acknowledged: the connection ends, and the chunk may come again', async () => {
    await listen()
    const chunk = encodeMsgpack(['app', PACKED, { chunk: 'MTIz' }])
    const client = await dial()
    door.isBroken = true
    client.write(chunk)
    await client.gone
    expect(client.answered()).toHaveLength(0)
    expect(counted('weir_logs_forward_failed_messages_total')).toEqual({ '': 1 })
    door.isBroken = false
    const again = await dial()
    again.write(chunk)
    await vi.waitFor(() => expect(again.answered().length).toBeGreaterThan(0))
    expect(door.lines).toHaveLength(2)
  })

  test('what is no message is refused, counted, and the rest is kept', async () => {
    await listen()
    const client = await dial()
    client.write(encodeMsgpack(['only a tag']))
    client.write(encodeMsgpack(['m', Buffer.from('x'), { fluent_signal: 1, chunk: 'a' }]))
    client.write(encodeMsgpack(['app', [5, ENTRY, [1, 'no record']]]))
    await vi.waitFor(() =>
      expect(counted('weir_logs_forward_refused_total')).toEqual({
        malformed: 1,
        not_logs: 1,
        skipped_entry: 2,
      }),
    )
    expect(door.lines).toHaveLength(1)
    expect(open.listener!.status()).toMatchObject({
      kind: 'fluentd-forward',
      address: open.listener!.address,
      lines: 1,
      rejected: { malformed: 1, not_logs: 1, skipped_entry: 2 },
      lastRejected: { line: 'from 127.0.0.1', reason: 'skipped_entry' },
    })
    expect(client.answered().toString('hex')).toBe('81a361636ba161')
  })
})

describe('limits', () => {
  test.each<[string, object, Uint8Array, string]>([
    [
      'a long message',
      { max_chunk_bytes: 1024 },
      encodeMsgpack(['app', Buffer.alloc(2000), { chunk: 'c' }]),
      'too_long',
    ],
    [
      'a message that promises to be long',
      { max_chunk_bytes: 1024 },
      hex('93a161c6ffffffff'),
      'too_long',
    ],
    [
      'long JSON',
      { max_chunk_bytes: 1024 },
      Buffer.from(`["app",1,{"a":"${'x'.repeat(2000)}`),
      'too_long',
    ],
    [
      'a bomb',
      { max_unpacked_bytes: 100_000 },
      encodeMsgpack(['app', gzipSync(Buffer.alloc(1_000_000)), { compressed: 'gzip', chunk: 'c' }]),
      'unpacking_failed',
    ],
    [
      'an unknown packing',
      {},
      encodeMsgpack(['app', Buffer.from('x'), { compressed: 'constructor' }]),
      'unpacking_failed',
    ],
    ['no MessagePack', {}, hex('c1'), 'malformed'],
  ])('%s ends the connection, unanswered', async (_, config, bytes, reason) => {
    await listen(config)
    const client = await dial()
    client.write(bytes)
    await client.gone
    expect(client.answered()).toHaveLength(0)
    expect(counted('weir_logs_forward_refused_total')).toEqual({ [reason]: 1 })
  })

  test('connections beyond the limit are closed', async () => {
    await listen({ max_connections: 1 })
    const first = await dial()
    const second = await dial()
    await second.gone
    first.write(encodeMsgpack(['app', [ENTRY]]))
    await door.until(1)
    expect(counted('weir_logs_forward_refused_total')).toEqual({ too_many_connections: 1 })
  })

  test('bytes that wait are bounded over all connections; what is through makes room', async () => {
    await listen({ max_chunk_bytes: 1024, max_unacked_bytes: 1024 })
    const [one, two] = [await dial(), await dial()]
    const whole = encodeMsgpack(['app', [[1, { a: 'x'.repeat(900) }]]])
    one.write(whole.subarray(0, 800))
    await vi.waitFor(() => expect(counted('weir_logs_forward_unacked_bytes')).toEqual({ '': 800 }))
    two.write(whole)
    await two.gone
    one.write(whole.subarray(800))
    await door.until(1)
    await vi.waitFor(() => expect(counted('weir_logs_forward_unacked_bytes')).toEqual({}))
    expect(counted('weir_logs_forward_refused_total')).toEqual({ no_room: 1 })
  })

  test('only so many chunks are known', async () => {
    const chunks = new KnownChunks(2)
    for (const id of ['a', 'b', 'c']) chunks.add(id, Promise.resolve())
    await Promise.resolve()
    expect(['a', 'b', 'c'].map((id) => chunks.get(id))).toEqual([undefined, true, true])
    const none = new KnownChunks(0)
    none.add('a', Promise.resolve())
    expect(none.get('a')).toBeUndefined()
  })
})

describe('the handshake', () => {
  const bytesFrom = (first: number): Buffer =>
    Buffer.from(Array.from({ length: 16 }, (_, i) => first + i))
  const security = {
    sharedKey: 'secret',
    users: new Map([['alice', 'pw']]),
    selfHostname: 'server1',
  }
  const PING =
    '46f30589b2feedd43aa433541f94dd12d96e8272747e5997b01e24e8ccb43653fc4b35aafaba388e214e716172c1aaca382742dfadcd72835309d53f6d9ff8b4'
  const USER =
    'ee6a0d63367d123c6cb68912c6bfb02863109f6d0345d885f2698331a3c3fe3b036b8bc7ae95bb1f89013dcf453c644c1a229a4c108f172474e3e53b1a753efd'
  const PONG =
    '66322a5667dfee3b7c876f6bf3af18de5ac749a338ae73405759aac1c071c398065540a3f895bc40a1411d62cbdaa9b53cca3cc7bf91a89f0a7440e2629864ff'

  /** Nonce 10…1f, auth 20…2f; the salt of the client is 00…0f. */
  function handshake(): Handshake {
    const randoms = [bytesFrom(0x10), bytesFrom(0x20)]
    return new Handshake(security, () => randoms.shift()!)
  }

  test.each<[string, MsgpackValue, string | undefined]>([
    ['right', ['PING', 'client1', bytesFrom(0), PING, 'alice', USER], undefined],
    ['a wrong key', ['PING', 'client2', bytesFrom(0), PING, 'alice', USER], 'shared_key mismatch'],
    [
      'a wrong user',
      ['PING', 'client1', bytesFrom(0), PING, 'bob', USER],
      'username/password mismatch',
    ],
    [
      'a wrong password',
      ['PING', 'client1', bytesFrom(0), PING, 'alice', PING],
      'username/password mismatch',
    ],
    ['no user', ['PING', 'client1', bytesFrom(0), PING, '', ''], 'username/password mismatch'],
    ['no PING', ['PONG', 'client1', bytesFrom(0), PING, '', ''], 'invalid ping message'],
    ['a log message', ['app', 1, { a: 1 }], 'invalid ping message'],
    ['half a PING', ['PING', 'client1'], 'invalid ping message'],
  ])('%s', (_, ping, refused) => {
    const pong = handshake().answer(encodeMsgpack(ping))
    expect(pong.refused).toBe(refused)
    const want =
      refused === undefined ? ['PONG', true, '', 'server1', PONG] : ['PONG', false, refused, '', '']
    expect(Buffer.from(pong.bytes).toString('hex')).toBe(
      Buffer.from(encodeMsgpack(want)).toString('hex'),
    )
  })

  test('nobody sends lines before it', async () => {
    await listen({ shared_key: 'secret' })
    const client = await dial()
    client.write(encodeMsgpack(['app', [ENTRY]]))
    await client.gone
    expect(client.answered().toString('latin1')).toContain('HELO')
    expect(client.answered().toString('latin1')).toContain('invalid ping message')
    expect(door.lines).toEqual([])
    expect(counted('weir_logs_forward_refused_total')).toEqual({ not_let_in: 1 })
  })

  test('a file for the key that is empty opens no door', async () => {
    await expect(listen({ shared_key_file: '/dev/null' })).rejects.toThrow('it is empty')
  })

  test.each([
    [{ users: [{ username: 'a', password: 'b' }] }, 'want a shared_key beside users'],
    [{ shared_key: 'a', shared_key_file: 'b' }, 'want one of'],
    [{ max_chunk_bytes: '64MiB', max_unacked_bytes: '1MiB' }, 'want at least max_chunk_bytes'],
  ])('%j is refused', (config, why) => {
    expect(forwardConfig.safeParse(config).error?.issues[0]?.message).toContain(why)
  })
})

describe('records', () => {
  test.each<[string, MsgpackValue, object]>([
    [
      'what a container of Kubernetes wrote',
      {
        log: '{"level":"info"}\n',
        stream: 'stderr',
        kubernetes: {
          namespace_name: 'shop',
          pod_name: 'orders-1',
          container_name: 'app',
          host: 'node-1',
          labels: { 'app.kubernetes.io/name': 'orders', tier: 'back' },
        },
      },
      {
        labels: '{app="orders", container="app", namespace="shop", pod="orders-1"}',
        line: '{"level":"info"}',
        metadata: [
          'stream',
          'stderr',
          'kubernetes_host',
          'node-1',
          'kubernetes_labels_tier',
          'back',
          'tag',
          'app.x',
        ],
      },
    ],
    [
      "what Docker's driver sends",
      { container_id: 'abc', container_name: '/web', source: 'stdout', log: 'hello' },
      {
        labels: '{container="web", service_name="web", tag="app.x"}',
        line: 'hello',
        metadata: ['container_id', 'abc', 'source', 'stdout'],
      },
    ],
    [
      'a text alone',
      { message: 'hello\n' },
      { labels: '{service_name="app.x", tag="app.x"}', line: 'hello', metadata: [] },
    ],
    [
      'fields',
      { message: 'hello', service: 'orders' },
      {
        labels: '{service_name="orders", tag="app.x"}',
        line: '{"message":"hello","service":"orders"}',
        metadata: [],
      },
    ],
    [
      'a log that is no text',
      { log: { a: 1 }, stream: 'x' },
      {
        labels: '{service_name="app.x", tag="app.x"}',
        line: '{"log":{"a":1},"stream":"x"}',
        metadata: [],
      },
    ],
    [
      'a hostile key',
      { log: 'x', stream: 'y', ['__proto__']: { a: 1 } },
      {
        labels: '{service_name="app.x", tag="app.x"}',
        line: 'x',
        metadata: ['stream', 'y', '__proto___a', '1'],
      },
    ],
  ])('%s', async (_, record, want) => {
    await listen()
    const client = await dial()
    client.write(encodeMsgpack(['app.x', 1, record]))
    await door.until(1)
    const { labels, line, metadata } = door.lines[0]!
    expect({ labels, line, metadata }).toEqual(want)
  })
})
