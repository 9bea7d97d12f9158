/** Clients that behave badly at the level of connections: Weir must let go of them, and nobody else may notice. */
import { type Socket, connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

import type { Chance } from './chance.ts'
import type { KeptWeir } from './weir.ts'

const STALLED = 200
const RESET = 300
const SLOW_READERS = 8

function call(weir: KeptWeir, text: string): Socket {
  const { hostname, port } = new URL(weir.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  socket.write(text)
  return socket
}

const UNFINISHED_QUESTION = 'GET /api/v1/query?query=up HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: '
const UNFINISHED_BODY =
  'POST /api/v1/write HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n\r\nabc'

/** Connections that say a little and then nothing. */
export async function stallingClients(weir: KeptWeir): Promise<void> {
  const sockets = Array.from({ length: STALLED }, (_, i) =>
    call(weir, i % 2 === 0 ? UNFINISHED_QUESTION : UNFINISHED_BODY),
  )
  await pause(15_000)
  for (const socket of sockets) socket.destroy()
}

/** Connections that end by a reset: in the midst of what they say, or of what they are told. */
export async function resettingClients(weir: KeptWeir, chance: Chance): Promise<void> {
  const question = `GET ${largeQuestion()} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`
  for (let i = 0; i < RESET; i++) {
    const socket = call(weir, chance.pick([UNFINISHED_QUESTION, UNFINISHED_BODY, question]))
    setTimeout(() => socket.resetAndDestroy(), chance.between(1, 200))
    if (i % 10 === 9) await pause(100)
  }
  await pause(300)
}

/** Who asks for much and reads it a little at a time, or not at all. */
export async function slowReaders(weir: KeptWeir): Promise<void> {
  const sockets = Array.from({ length: SLOW_READERS }, () =>
    call(weir, `GET ${largeQuestion()} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`).pause(),
  )
  for (let i = 0; i < 20; i++) {
    await pause(1000)
    for (const socket of sockets.slice(SLOW_READERS / 2)) socket.read(1024)
  }
  for (const socket of sockets) socket.destroy()
}

function largeQuestion(): string {
  const now = Math.floor(Date.now() / 1000)
  return `/api/v1/query_range?query=soak_written&start=${now - 600}&end=${now}&step=15`
}
