/**
 * Plays rudder-server where there is none: takes events, calls the destinations, and writes the lines
 * that the server's own StatsD client would, in its order of tags, many to a datagram. What it does not
 * play is the server: queues, transformations and their trouble.
 */
import { createSocket } from 'node:dgram'
import type { RunningRudder } from './server.ts'
import { SOURCE, WORKSPACE, WRITE_KEY, type WebhookPlace, shown } from './workspace.ts'

const FLUSH_MS = 100
const RUNTIME_MS = 10_000
const PENDING_MS = 60_000
const RETRY_MS = 2000
const PACKET_BYTES = 1440

type Tags = Readonly<Record<string, string>>

export function startStandIn(options: {
  readonly statsdPort: number
  readonly places: readonly WebhookPlace[]
}): RunningRudder {
  const wire = startWire(options.statsdPort)
  const waiting = new Map(options.places.map((place) => [place.id, 0]))
  const runtime = (): void => {
    wire.send('runtime_cpu.goroutines', {}, 180, 'g')
    wire.send('runtime_mem.heap.inuse', {}, 81_788_928, 'g')
  }
  const pending = (): void => {
    for (const { id } of options.places) {
      const tags = { destType: 'WEBHOOK', destinationId: id, workspaceId: WORKSPACE }
      wire.send('jobsdb_rt_pending_events_count', tags, waiting.get(id) ?? 0, 'g')
    }
  }
  runtime()
  pending()
  let isStopped = false
  const timers = [setInterval(runtime, RUNTIME_MS), setInterval(pending, PENDING_MS)]

  const deliver = async (place: WebhookPlace, since: number, retry: boolean): Promise<void> => {
    if (isStopped) return
    const { status } = await fetch(place.url, { method: 'POST', body: '{}' })
    const named = { destType: 'WEBHOOK', destination: shown(place), workspaceId: WORKSPACE }
    wire.send(
      'router_response_counts',
      {
        ...named,
        alert: 'true',
        destId: place.id,
        errorAt: '',
        respStatusCode: String(status),
        retry: String(retry),
      },
      1,
      'c',
    )
    const isDone = status < 300
    const isRefused = status >= 400 && status < 500
    const state = isDone ? 'succeeded' : isRefused ? 'aborted' : 'failed'
    wire.send(
      'pipeline_processed_events',
      {
        code: String(status),
        destType: 'WEBHOOK',
        destinationId: place.id,
        module: 'router',
        sourceId: SOURCE.id,
        state,
        workspaceId: WORKSPACE,
      },
      1,
      'c',
    )
    if (state === 'failed') {
      setTimeout(() => void deliver(place, since, true), RETRY_MS).unref()
      return
    }
    waiting.set(place.id, (waiting.get(place.id) ?? 1) - 1)
    if (isDone) {
      const of = { ...named, destID: place.id, module: 'router', sourceCategory: '' }
      wire.send('event_delivery', { ...of, source: SOURCE.id }, 1, 'c')
      wire.send('event_delivery_time', { ...of, sourceId: SOURCE.id }, Date.now() - since, 'ms')
    } else {
      const of = { destId: place.id, destType: 'WEBHOOK', respStatusCode: String(status) }
      wire.send('router_aborted_events', { ...of, alert: 'true', errorAt: 'delivery' }, 1, 'c')
    }
  }

  return {
    track() {
      const source = {
        reqType: 'track',
        source: shown(SOURCE),
        sourceDefName: 'HTTP',
        sourceID: SOURCE.id,
        workspaceId: WORKSPACE,
        writeKey: WRITE_KEY,
      }
      for (const name of ['requests', 'successful_requests', 'events', 'successful_events']) {
        wire.send(`gateway.write_key_${name}`, source, 1, 'c')
      }
      wire.send('gateway.response_time', { code: '200', reqType: 'track' }, 4, 'ms')
      wire.send('processor.num_events', {}, 1, 'c')
      for (const place of options.places) {
        const into = {
          destType: 'WEBHOOK',
          destination: place.id,
          source: SOURCE.id,
          transformationType: 'DEST_TRANSFORMATION',
          workspaceId: WORKSPACE,
        }
        wire.send('proc_transform_stage_in_count', into, 1, 'c')
        wire.send('proc_transform_stage_out_count', { ...into, error: 'false' }, 1, 'c')
        wire.send('proc_transform_stage_duration', into, 12, 'ms')
        waiting.set(place.id, (waiting.get(place.id) ?? 0) + 1)
        void deliver(place, Date.now(), false)
      }
      return Promise.resolve()
    },
    stop: () => {
      isStopped = true
      for (const timer of timers) clearInterval(timer)
      wire.close()
      return Promise.resolve()
    },
  }
}

/** Collects lines as the client library does: a datagram each tenth of a second, or when it is full. */
function startWire(port: number) {
  const socket = createSocket('udp4')
  let packet = ''
  const flush = (): void => {
    if (packet !== '') socket.send(packet, port, '127.0.0.1')
    packet = ''
  }
  const timer = setInterval(flush, FLUSH_MS)
  const own = { instanceName: 'rudder-0', service_name: 'EMBEDDED', service_version: '1.83.0' }
  return {
    send(name: string, tags: Tags, value: number, type: 'c' | 'g' | 'ms'): void {
      const sorted = Object.entries(tags).toSorted(([a], [b]) => (a < b ? -1 : 1))
      const all = [...Object.entries(own), ...sorted].map(([key, text]) => `,${key}=${text}`)
      const line = `${name}${all.join('')}:${value}|${type}`
      if (packet.length + line.length + 1 > PACKET_BYTES) flush()
      packet += packet === '' ? line : `\n${line}`
    },
    close(): void {
      clearInterval(timer)
      flush()
      socket.close()
    },
  }
}
