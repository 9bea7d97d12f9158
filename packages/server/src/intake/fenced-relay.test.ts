import { METADATA_SERVICES, setFenceRules } from '@weir/fetch'
import { systemClock } from '@weir/model'
import { afterEach, expect, test } from 'vitest'
import { TcpRelayWay, UdpRelayWay } from './relay-ways.ts'

afterEach(() => setFenceRules({ allow: [], deny: METADATA_SERVICES }))

test.each([
  [UdpRelayWay, '127.0.0.1:9'],
  [UdpRelayWay, 'localhost:9'],
  [TcpRelayWay, '127.0.0.1:9'],
  [TcpRelayWay, 'localhost:9'],
])('%o relays nothing to %s past network.outgoing', async (Way, address) => {
  setFenceRules({ allow: [], deny: ['127.0.0.0/8', '::1'] })
  let told: (error: Error) => void
  const refusal = new Promise<Error>((resolve) => (told = resolve))
  const way = new Way({ address, clock: systemClock, onUnreachable: (error) => told(error) })
  way.send(Buffer.from('a:1|c'), () => undefined)
  expect((await refusal).message).toContain('Weir may not connect to')
  await way[Symbol.asyncDispose]()
})
