/**
 * Sends StatsD packets of 30 lines at a steady rate, in a process of its own: `port, packets a second, seconds`. What is
 * due is sent each millisecond. Tells by IPC what it came to.
 */
import { createSocket } from 'node:dgram'
import { setTimeout as pause } from 'node:timers/promises'
import { traffic } from './statsd-lines.ts'

const [port = 0, perSecond = 0, seconds = 0] = process.argv.slice(2).map(Number)
const packets = traffic(1000, 2000, 30)
const socket = createSocket('udp4')
await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve))

const count = perSecond * seconds
const began = performance.now()
let failed = 0
let sent = 0
while (sent < count) {
  const due = Math.min(((performance.now() - began) * perSecond) / 1000, count)
  // After it had to wait for the processor it catches up by at most 10 ms' worth at a time.
  const turn = Math.min(due, sent + perSecond / 100)
  for (; sent < turn; sent++) {
    socket.send(packets[sent % packets.length]!, (error) => {
      if (error !== null) failed++
    })
  }
  await pause(1)
}
const tookMs = performance.now() - began
await pause(200)
process.send!({ sent: sent - failed, perSecond: (sent / tookMs) * 1000 })
socket.close()
process.disconnect()
