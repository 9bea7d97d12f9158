import { afterEach, expect, test, vi } from 'vitest'
import { closeAll, linesCome, page, sendUdp, start, value } from './testing/intake-stand.ts'

afterEach(closeAll)

test('events are kept, service checks too, and a check is a gauge besides', async () => {
  const weir = await start()
  await sendUdp(
    weir,
    '_e{6,8}:deploy|api v1.2|t:success|d:1699999000|h:ci-1|#env:prod\na:1|c',
    '_sc|db.up|2|h:db-1|#env:prod,check:no,host:no|m:gone',
    '_sc|a,b|0',
  )
  await linesCome(weir, 4)
  expect(page(weir)).toEqual([
    'a 1',
    'service_check_status{check="db.up",env="prod",host="db-1"} 2',
    'service_check_status{check="a_b"} 0',
  ])
  await vi.waitFor(() => expect(weir.told.length).toBe(3))
  expect(weir.told).toMatchObject([
    {
      kind: 'event',
      title: 'deploy',
      text: 'api v1.2',
      type: 'success',
      atMs: 1_699_999_000_000,
      host: 'ci-1',
      tags: ['env:prod'],
    },
    { kind: 'check', title: 'db.up', text: 'gone', type: 'error', atMs: 1_700_000_000_000 },
    { kind: 'check', title: 'a,b', type: 'success' },
  ])
})

test('a time far ahead is not believed', async () => {
  const weir = await start()
  await sendUdp(weir, '_e{1,0}:T||d:99999999999')
  await vi.waitFor(() => expect(weir.told[0]?.atMs).toBe(1_700_000_000_000))
})

test('bad ones are counted and shown, the lines beside them live', async () => {
  const weir = await start()
  await sendUdp(weir, 'a:1|c\n_e{9,9}:T|x\n_sc|n|7\nb:1|c')
  await linesCome(weir, 4)
  expect(page(weir)).toEqual(['a 1', 'b 1'])
  expect(weir.intake.status()[0]).toMatchObject({
    rejected: { malformed_event: 1, malformed_service_check: 1 },
    lastRejected: { line: '_sc|n|7', reason: 'malformed_service_check' },
  })
})

test('more than may wait are refused and counted', async () => {
  const weir = await start()
  await sendUdp(weir, '_e{1,0}:T|\n'.repeat(15)) // ten may wait
  await linesCome(weir, 15)
  expect(weir.intake.status()[0]!.rejected).toEqual({ event_queue_full: 5 })
  await vi.waitFor(() => expect(weir.told.length).toBe(10))
  await weir.intake.flush()
  expect(value(weir.registry, 'weir_statsd_notices_total')).toBe(15)
})

test('whatever a listener passes over, its checks keep their tags', async () => {
  const weir = await start({ parse_dogstatsd_tags: false })
  await sendUdp(weir, '_sc|n|1|#a:b')
  await linesCome(weir, 1)
  expect(page(weir)).toEqual(['service_check_status{a="b",check="n"} 1'])
})
