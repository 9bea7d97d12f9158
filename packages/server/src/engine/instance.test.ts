import { hostname } from 'node:os'
import { type Appender, Labels, type SeriesRef } from '@weir/model'
import { expect, test } from 'vitest'
import { weirConfig } from '../config/weir-config.ts'
import { type InstanceLabel, instanceOf, labelled } from './instance.ts'

const ENGINE = { engine: 'prometheus', write_url: 'http://e/write', read_url: 'http://e' }
const PEERS = ['http://a:9347', 'http://b:9347', 'http://c:9347']

test.each<[string, object, object, InstanceLabel | undefined, object?]>([
  ['the embedded store', {}, { peers: PEERS }, undefined],
  ['an engine of its own', ENGINE, {}, undefined],
  ['peers', ENGINE, { peers: PEERS }, { label: 'weir_instance', name: hostname() }],
  [
    'rules that others evaluate',
    ENGINE,
    {},
    { label: 'weir_instance', name: hostname() },
    { run: 'never' },
  ],
  [
    'peers with names',
    ENGINE,
    { peers: PEERS, peer_name: 'a' },
    { label: 'weir_instance', name: 'a' },
  ],
  [
    'a name and a label that were given',
    { ...ENGINE, instance_name: 'x', instance_label: 'intake' },
    {},
    { label: 'intake', name: 'x' },
  ],
])('%s', (_, metrics, notifications, wanted, rules = {}) => {
  const config = weirConfig.parse({ storage: { metrics }, notifications, rules })
  expect(instanceOf(config)).toEqual(wanted)
})

test('a label for instances is a label name', () => {
  const metrics = { ...ENGINE, instance_label: 'a-b' }
  const read = weirConfig.safeParse({ storage: { metrics } })
  expect(read.error?.issues[0]?.message).toBe('want a label name')
})

test('series get the label unless their sender has set it; what else goes through is as it was', () => {
  const seen: string[] = []
  const below = {
    ref: (labels: Labels) => seen.push(labels.toString()) as SeriesRef,
    append: (...sample: readonly number[]) => seen.push(sample.join(' ')),
  } as unknown as Appender
  const bound = { ...methods(), ...below }
  const appender = labelled(bound, { label: 'weir_instance', name: 'a' })
  const ref = appender.ref(Labels.of({ __name__: 'x', job: 'j' }))
  appender.ref(Labels.of({ __name__: 'x', weir_instance: 'other' }))
  appender.append(ref, 1000, 2)
  expect(seen).toEqual(['x{job="j", weir_instance="a"}', 'x{weir_instance="other"}', '1 1000 2'])
  expect(labelled(bound, undefined)).toBe(bound)
})

function methods(): Appender {
  const none = (): never => {
    throw new Error('not asked for here')
  }
  return {
    ref: none,
    release: none,
    append: none,
    appendColumns: none,
    appendHistogram: none,
    appendExemplar: none,
    describe: none,
    commit: none,
    close: none,
  }
}
