import { expect, test } from 'vitest'
import { membersOf, openWay, postToBoth, startOneOfTwo, toldBy } from './two-weirs.ts'
import { eventually, getJson, startReceiver } from './weir-process.ts'

test('two processes tell each change once; when one is killed, the other goes on', async () => {
  await using receiver = await startReceiver()
  await using toA = await openWay()
  await using toB = await openWay()
  const to = { receiver, ways: { a: toA, b: toB } }
  const [a, b] = await Promise.all([startOneOfTwo('a', to), startOneOfTwo('b', to)])
  await using _a = a
  await using _b = b
  for (const weir of [a, b]) {
    await eventually('both see each other', async () => (await membersOf(weir)).join() === 'a,b')
  }
  // Nobody else is one of them.
  const stranger = await fetch(`${a.web}/api/weir/v1/peers/exchange`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ message: '{}', proof: '' }),
  })
  expect(stranger.status).toBe(403)
  expect(stranger.headers.get('weir-error-code')).toBe('PEER_REFUSED')

  const told = async (count: number): Promise<boolean> => receiver.bodies.length >= count
  await postToBoth([a, b], 'X')
  await eventually('X fires', () => told(1))
  await postToBoth([a, b], 'X', new Date())
  await eventually('X is over', () => told(2))
  await postToBoth([a, b], 'Y')
  await eventually('Y fires', () => told(3))
  await eventually('b knows that Y was told', async () => {
    type Group = {
      readonly labels: { alertname: string }
      readonly lastNotificationMs: number | null
    }
    const groups = await getJson<readonly Group[]>(`${b.web}/api/weir/v1/alerts/groups`)
    return groups.some(
      ({ labels, lastNotificationMs }) => labels.alertname === 'Y' && lastNotificationMs !== null,
    )
  })

  await a.kill()
  await postToBoth([b], 'Y', new Date())
  await eventually('Y is over', () => told(4))
  expect(toldBy(receiver)).toEqual(['X firing', 'X resolved', 'Y firing', 'Y resolved'])
})
