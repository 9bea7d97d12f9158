import type { GlobalConfig } from './global.ts'
import type { ConfigCheck } from './kind.ts'

type Texts<K extends string> = { readonly [key in K | `${K}_file`]: string }

/**
 * A key and its `_file` twin, from `global` where the receiver has neither; files are made whole. Says
 * so when both twins are there, or none at all.
 */
export function globalOrOwn<K extends string, G extends string>(
  own: Texts<K>,
  key: K,
  global: GlobalConfig & Texts<G>,
  globalKey: G,
  check: ConfigCheck,
): Texts<K> {
  const pairs = [twins(own, key), twins(global, globalKey)]
  for (const [text, file, name] of pairs) {
    if (text !== '' && file !== '')
      check.problem([], `want at most one of ${name} and ${name}_file`)
  }
  const [text, file] = pairs.find(([one, other]) => one !== '' || other !== '') ?? ['', '']
  if (text === '' && file === '') {
    check.problem([], `want ${key} or ${key}_file here, or ${globalKey} in global`)
  }
  return { [key]: text, [`${key}_file`]: check.beside(file) } as Texts<K>
}

function twins<K extends string>(
  of: Texts<K>,
  name: K,
): readonly [text: string, file: string, name: string] {
  return [of[name], of[`${name}_file`], name]
}
