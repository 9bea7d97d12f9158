import { type Clock, WeirError, millis } from '@weir/model'
import { exposition } from '@weir/wire'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Log } from '../telemetry/log.ts'
import { Registry } from '../telemetry/registry.ts'
import { PushIntake, PushIntakes } from './push-intake.ts'

const MB = 2 ** 20
const LIMITS = {
  max_body_bytes: MB,
  max_unpacked_bytes: MB,
  max_samples: 100,
  max_requests_in_flight: 3,
  max_bytes_in_flight: 2 * MB,
}

function stand(): { intake: PushIntake<'form'>; tick: (ms: number) => void; page: () => string } {
  let nowMs = 1_000_000
  const clock: Clock = {
    now: () => millis(nowMs),
    monotonicMs: () => nowMs,
    sleep: () => new Promise(() => undefined),
  }
  const registry = new Registry()
  const telemetry = { registry, log: new Log(pino({ level: 'silent' })) }
  const names = { part: 'demo', title: 'Demo', variant: 'form', section: 'demo' } as const
  const where = { kind: 'demo', path: '/demo', limits: LIMITS }
  return {
    intake: new PushIntake({ ...names, ...where }, { telemetry, clock }),
    tick: (ms) => {
      nowMs += ms
    },
    page: () => new TextDecoder().decode(exposition(registry.collect(), '').body),
  }
}

const head = (contentLength?: number): Parameters<PushIntake['admit']>[0] => ({
  contentLength,
})

test('requests and bytes under way are bounded; a body of unknown length counts as the longest', () => {
  const { intake, page } = stand()
  const over = [intake.admit(head()), intake.admit(head(MB))]
  expect(() => intake.admit(head(1))).toThrow(expect.objectContaining({ code: 'PUSH_BUSY' }))
  over.push(intake.admit(head(5 * MB))) // too long for any way in: it is refused for that
  expect(page()).toContain('weir_demo_in_flight_bytes 2.097152e+06')
  over[0]!()
  over.push(intake.admit(head(10)))
  expect(() => intake.admit(head(0))).toThrow(
    /3 with 1048586 bytes are under way; come again later/,
  )
  for (const end of over.slice(1)) end()
  expect(page()).toContain('weir_demo_requests_in_flight 0')
  expect(page()).toContain('weir_demo_in_flight_bytes 0')
  expect(page()).toContain('weir_demo_requests_total{form="unknown",outcome="PUSH_BUSY"} 2')
})

test('a body longer than all that may be under way is taken when it is alone', () => {
  const { intake } = stand()
  const over = intake.admit(head(MB))
  expect(() => intake.admit(head(MB + 1))).not.toThrow() // refused later, takes no room
  over()
})

test('the status page shows the rate of the last half minute and what was refused last', () => {
  const { intake, tick, page } = stand()
  const stored = { samples: 290, histograms: 10, exemplars: 1, rejected: {}, example: '' }
  intake.taken('text', stored)
  const intakes = new PushIntakes()
  intakes.add(intake)
  const [status] = intakes.status('http://here:1')
  expect(status).toEqual({
    kind: 'demo',
    address: 'http://here:1/demo',
    linesPerSecond: 10,
    lines: 300,
    counts: 'samples',
    rejected: {},
    lastRejected: null,
  })
  tick(20_000)
  intake.taken('text', { ...stored, rejected: { out_of_order: 2 }, example: 'up{a="b"}' })
  expect(intake.status('')).toMatchObject({
    linesPerSecond: 20,
    lines: 600,
    rejected: { out_of_order: 2 },
    lastRejected: { line: 'up{a="b"}', reason: 'out_of_order', atMs: 1_020_000 },
  })
  tick(15_000)
  expect(intake.status('').linesPerSecond).toBe(10)
  tick(3_600_000)
  expect(intake.status('').linesPerSecond).toBe(0)
  intake.refused('text', new WeirError('STORAGE_FULL', 'x'.repeat(1000)))
  expect(intake.status('').lastRejected?.line).toHaveLength(200)
  expect(page()).toContain('weir_demo_rejected_total{form="text",reason="out_of_order"} 2')
  expect(page()).toContain('weir_demo_requests_total{form="text",outcome="stored"} 1')
  expect(page()).toContain('weir_demo_written_total{form="text",kind="histogram"} 20')
})
