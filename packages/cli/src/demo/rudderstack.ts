import type { StatsD } from 'hot-shots'

const INSTANCE = { instanceName: 'rudder-0' }
const SOURCE = { sourceID: '2shopq7w8e9', source: 'shop_q7w8e9' }

/** Where events go: how many a second, how long that takes, and how many of ten are refused. */
const DESTINATIONS = [
  {
    id: '2ampl4t5y6u',
    type: 'AM',
    name: 'Amplitude_4t5y6u',
    perSecond: 60,
    milliseconds: 700,
    refused: 0,
  },
  {
    id: '2braze1a2s3d',
    type: 'BRAZE',
    name: 'Braze prod_1a2s3d',
    perSecond: 20,
    milliseconds: 2600,
    refused: 3,
  },
] as const

type Client = Pick<StatsD, 'gauge' | 'increment' | 'timing'>

/** A second of a RudderStack: two destinations of a source, of which one, Braze, refuses a part. */
export function rudderSecond(client: Client, t: number): void {
  client.gauge('runtime_cpu.goroutines', 480 + 6 * (t % 9), INSTANCE)
  const events = 80 + 5 * (t % 4)
  const requests = { ...INSTANCE, ...SOURCE, reqType: 'batch' }
  client.increment('gateway.write_key_requests', Math.round(events / 10), requests)
  client.increment('gateway.write_key_events', events, requests)
  for (const destination of DESTINATIONS) deliver(client, destination, t)
}

function deliver(
  client: Client,
  { id, type, name, perSecond, milliseconds, refused }: (typeof DESTINATIONS)[number],
  t: number,
): void {
  const failed = Math.round((perSecond * refused) / 10)
  const tags = { ...INSTANCE, destType: type, destination: name }
  const transformed = {
    ...INSTANCE,
    destType: type,
    destination: id,
    source: SOURCE.sourceID,
    transformationType: 'DEST_TRANSFORMATION',
  }
  client.increment('proc_transform_stage_in_count', perSecond, transformed)
  client.timing('proc_transform_stage_duration', 30 + 3 * (t % 5), transformed)
  const delivered = { ...tags, destID: id, module: 'router' }
  client.increment('event_delivery', perSecond - failed, { ...delivered, source: SOURCE.sourceID })
  for (const share of [0.6, 1, 1.4]) {
    const took = milliseconds * share + 20 * (t % 6)
    client.timing('event_delivery_time', took, { ...delivered, sourceId: SOURCE.sourceID })
  }
  const processed = {
    ...INSTANCE,
    module: 'router',
    destType: type,
    destinationId: id,
    sourceId: SOURCE.sourceID,
  }
  answer(client, { ...tags, destId: id, respStatusCode: '200' }, perSecond - failed)
  client.increment('pipeline_processed_events', perSecond - failed, {
    ...processed,
    state: 'succeeded',
  })
  if (failed === 0) return
  answer(client, { ...tags, destId: id, respStatusCode: '503' }, failed)
  client.increment('pipeline_processed_events', failed, { ...processed, state: 'failed' })
}

function answer(client: Client, tags: Record<string, string>, count: number): void {
  const retry = tags['respStatusCode'] === '200' ? 'false' : 'true'
  client.increment('router_response_counts', count, { ...tags, alert: 'true', retry })
}
