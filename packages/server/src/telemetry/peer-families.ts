import type { ClusterView, LeaseView, PeerView } from '@weir/alerting'
import { Labels, type MetricFamily } from '@weir/model'

const GAUGES = [
  ['weir_peer_up', 'Whether a peer answered when it was last asked.', ({ isUp }) => Number(isUp)],
  [
    'weir_peer_last_answer_timestamp_seconds',
    'When a peer last answered, seconds since 1970; 0 when it never did.',
    ({ answeredMs }) => (answeredMs ?? 0) / 1000,
  ],
] as const satisfies readonly (readonly [string, string, (peer: PeerView) => number])[]

/** The peers as they are now: read when somebody looks. */
export function peerFamilies({ peers, lease }: ClusterView): MetricFamily[] {
  const families: MetricFamily[] = GAUGES.map(([name, help, valueOf]) => ({
    name,
    help,
    type: 'gauge',
    samples: peers.map((peer) => ({
      name,
      labels: Labels.of({ peer: peer.address }),
      value: valueOf(peer),
    })),
  }))
  return lease === undefined ? families : [...families, ...leaseFamilies(lease)]
}

function leaseFamilies({ state, term }: LeaseView): MetricFamily[] {
  const gauge = (name: string, help: string, value: number): MetricFamily => {
    return { name, help, type: 'gauge', samples: [{ name, labels: Labels.EMPTY, value }] }
  }
  return [
    gauge(
      'weir_rules_lease_held',
      'Whether this Weir evaluates the rules.',
      Number(state === 'held'),
    ),
    gauge(
      'weir_rules_lease_known',
      'Whether this Weir knows of one that evaluates the rules.',
      Number(state !== 'nobody'),
    ),
    gauge('weir_rules_lease_term', 'Grows each time that another one does.', term),
  ]
}
