import type { ClusterView, PeerLease } from '@weir/alerting'
import type { WeirConfig } from '../config/weir-config.ts'

/** What `rules` says of the lease; nothing where each Weir evaluates them. */
export function leaseOf({
  run,
  lease_time: timeMs,
}: Pick<WeirConfig['rules'], 'run' | 'lease_time'>): { readonly lease?: PeerLease } {
  if (run === 'each' || run === 'never') return {}
  return { lease: { timeMs, isCandidate: run === 'lease' } }
}

/** What a ready Weir has to say of the lease: intake goes on without it, alerts do not. */
export function leaseRemarks(view: ClusterView | undefined): string[] {
  const { lease, peers = [] } = view ?? {}
  if (lease === undefined) return []
  const { state, voters, majority } = lease
  if (voters === 2) {
    return [
      'The lease for rules has two voters: when one is away, nobody evaluates them; want a third',
    ]
  }
  if (state !== 'nobody') return []
  const away = peers.filter(({ isUp }) => !isUp).map(({ address }) => address)
  const whom = away.length === 0 ? 'votes are being counted' : `no answer from ${away.join(', ')}`
  return [
    `Nobody evaluates the rules, as far as is known here: it takes ${majority} of ${voters} votes (${whom})`,
  ]
}
