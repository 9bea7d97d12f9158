import type { Pack } from './pack.ts'

/** A pack of one's own, so that an editor knows its keys. `weir pack build` makes the YAML that Weir loads. */
export function definePack(pack: Pack): Pack {
  return pack
}
