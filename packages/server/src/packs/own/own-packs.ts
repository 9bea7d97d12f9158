import { checkRules } from '@weir/alerting'
import { WeirError } from '@weir/model'
import {
  PACKS,
  type Pack,
  type PackProblem,
  exportRules,
  packProblems,
  packRuleGroups,
} from '@weir/packs'
import { stringify } from 'yaml'
import { lineOfKey, readYaml } from '../../config/yaml-file.ts'
import { Mapping } from '../../statsd/mapping.ts'
import { readMappings } from '../../statsd/mapping-file.ts'
import { packSchema } from './pack-schema.ts'

const PROBLEMS_MAX = 10

/**
 * Reads a pack that a user wrote.
 *
 * @throws {WeirError} `PACK_INVALID`, each problem with file, line and key
 */
export function readPack(text: string, file: string): Pack {
  const pack: Pack = readYaml({ file, text, code: 'PACK_INVALID' }, packSchema)
  refuse(ownProblems(pack, text, file))
  if (pack.mapping !== undefined) {
    // Says itself where it is wrong.
    void new Mapping(readMappings([{ file: `${file}: mapping`, mapping: pack.mapping }]))
  }
  return pack
}

function ownProblems(pack: Pack, text: string, file: string): string[] {
  const at = (path: readonly (string | number)[], message: string): string =>
    `${file}:${lineOfKey(text, path.map(String))}: ${shown(path)}: ${message}`
  if (PACKS.some(({ id }) => id === pack.id)) {
    return [at(['id'], `Weir has a pack ${pack.id} of its own, want another id`)]
  }
  const boards = PACKS.flatMap((known) => known.dashboards.map(({ name }) => name))
  const taken = pack.dashboards.flatMap(({ name }, i) =>
    boards.includes(name)
      ? [at(['dashboards', i, 'name'], `a pack of Weir's own has a board ${name}`)]
      : [],
  )
  const problems = packProblems(pack).map(({ path, message }) => at(path, message))
  if (problems.length + taken.length > 0) return [...problems, ...taken]
  return templateProblems(pack).map(({ path, message }) => at(path, message))
}

/** What the check of rule files finds in the rules that the pack makes: templates of alerts above all. */
function templateProblems(pack: Pack): PackProblem[] {
  const rules = packRuleGroups(pack).flatMap((group) => group.rules)
  const alertsFrom = rules.length - pack.alerts.length
  return checkRules(exportRules(pack), pack.id).problems.map((problem) => {
    const found = /rules\[(\d+)\]\.(?:annotations\.|labels\.)?(\w+): (.+)$/s.exec(problem)
    if (found === null) return { path: [], message: problem }
    const [, index, key = '', message = ''] = found
    return { path: ['alerts', Number(index) - alertsFrom, key], message }
  })
}

/** `alerts[2].expr` */
function shown(path: readonly (string | number)[]): string {
  return path
    .map((part, i) => (typeof part === 'number' ? `[${part}]` : `${i > 0 ? '.' : ''}${part}`))
    .join('')
}

/** A pack as the YAML that {@link readPack} reads. */
export function packYaml(pack: unknown): string {
  return stringify(pack, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** Two packs with one id, an alert or a board that two packs have: neither would know whose it is. */
export function refuseTwins(
  files: readonly { readonly file: string; readonly pack: Pack }[],
): void {
  const seen = new Map<string, string>()
  const problems = files.flatMap(({ file, pack }) =>
    [`pack ${pack.id}`, ...pack.dashboards.map(({ name }) => `board ${name}`)].flatMap((name) => {
      const other = seen.get(name)
      seen.set(name, file)
      return other === undefined ? [] : [`${file}: ${name} is in ${other} too`]
    }),
  )
  refuse(problems)
}

function refuse(problems: readonly string[]): void {
  if (problems.length === 0) return
  throw new WeirError('PACK_INVALID', `Cannot use ${problems.slice(0, PROBLEMS_MAX).join('\n')}`)
}
