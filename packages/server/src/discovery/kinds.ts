import type { Clock } from '@weir/model'
import type { DiscoveryConfig } from './config.ts'
import type { Discoverer } from './discoverer.ts'
import { FileDiscoverer } from './file/file.ts'

type Moving = Exclude<DiscoveryConfig, { readonly kind: 'static' }>

/** The discoverer of a place. */
export function discovererOf(place: Moving, clock: Clock): Discoverer {
  switch (place.kind) {
    case 'file':
      return new FileDiscoverer(place.config, clock)
    default:
      return place.kind satisfies never
  }
}

/** What a place is called on the targets page and in metrics. */
export function titleOf(place: DiscoveryConfig): string {
  switch (place.kind) {
    case 'static':
      return 'static_configs'
    case 'file':
      return place.config.files.join(', ')
    default:
      return place satisfies never
  }
}
