import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { checkRules } from '@weir/alerting'
import { type Document, isMap, isScalar, isSeq, parseDocument, visit } from 'yaml'
import { expandGlob, readNamed } from '../config/files.ts'
import { weirConfig } from '../config/weir-config.ts'
import { type YamlComplaint, yamlComplaints } from '../config/yaml-file.ts'
import { type AdoptItem, complaints, differs, same, unsupported } from './item.ts'

/** What a prometheus.yml becomes. */
export interface AdoptedPrometheus {
  readonly items: readonly AdoptItem[]
  /** What of it Weir takes, its file names absolute. */
  readonly taken: Document
}

/** More mistakes than any file has. */
const ROUNDS_MAX = 500

/** Looks at a prometheus.yml: takes out what Weir does not have, and says of each thing how it does here. */
export function adoptPrometheus(
  file: string,
  { hasAlertmanager, features }: { hasAlertmanager: boolean; features: readonly string[] },
): AdoptedPrometheus {
  const text = readNamed(file, { flag: '--prometheus' })
  const document = parseDocument(text, { merge: true })
  const items: AdoptItem[] = []
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const [complaint] = yamlComplaints(document, text, weirConfig)
    if (complaint === undefined) break
    items.push(takeOut(document, complaint, file))
  }
  items.push(
    ...jobs(document, file),
    ...rules(document, file, features),
    ...sections(document, file),
  )
  items.push(...alerting(document, file, hasAlertmanager), ...always(file, features))
  absolutePaths(document, dirname(resolve(file)))
  return { items, taken: document }
}

/** Takes a thing out that Weir does not have: a way to find targets, a section, else the whole job or endpoint. */
function takeOut(
  document: Document,
  { path, message, line }: YamlComplaint,
  file: string,
): AdoptItem {
  const [section = '', index] = path
  const key = String(path.at(-1) ?? '')
  const isAlone = key.endsWith('_sd_configs') || path.length === 1 || typeof index !== 'number'
  const gone = isAlone ? path : path.slice(0, 2)
  const name = nameAt(document, path)
  if (!document.deleteIn(gone)) document.deleteIn([section])
  const where = name === '' ? '' : ` of ${name}`
  const left = isAlone ? '' : ', so all of it is left out'
  const why =
    message === 'there is no such key' ? `Weir does not have it${left}` : `${message}${left}`
  const page = PAGES[String(section)] ?? 'configuration.md'
  const what = path.length === 1 ? `section ${key}` : `${key}${where}`
  return unsupported(file, {
    what,
    why,
    page: key.endsWith('_sd_configs') ? 'discovery.md' : page,
    line,
  })
}

const PAGES: Readonly<Record<string, string>> = {
  scrape_configs: 'scrape.md',
  remote_write: 'remote-write.md',
  alerting: 'alerts.md',
  rule_files: 'rules.md',
  storage: 'retention.md',
  otlp: 'otlp.md',
}

/** `job "node"`, for a path into it. */
function nameAt(document: Document, [section, index]: readonly PropertyKey[]): string {
  if (typeof index !== 'number') return ''
  const at = document.getIn([section, index])
  const name: unknown = isMap(at) ? (at.get('job_name') ?? at.get('name') ?? at.get('url')) : ''
  const kind = section === 'scrape_configs' ? 'job' : String(section)
  return typeof name === 'string' ? `${kind} ${JSON.stringify(withoutSecrets(name))}` : kind
}

function withoutSecrets(text: string): string {
  return URL.canParse(text) ? new URL(text).host : text
}

function jobs(document: Document, file: string): AdoptItem[] {
  const list = document.get('scrape_configs')
  if (!isSeq(list)) return []
  return list.items.flatMap((job) => {
    if (!isMap(job)) return []
    const name = String(job.get('job_name'))
    const ways = job.items
      .map(({ key }) => (isScalar(key) ? String(key.value) : ''))
      .filter((key) => /^static_configs$|_sd_configs$/.test(key))
    const what = `scrape job ${JSON.stringify(name)}`
    if (ways.length > 0) return [same(file, `${what} (${ways.join(', ')})`, 'scrape.md')]
    const why = 'it has no way to find targets left, and scrapes nothing'
    return [differs(file, { what, why, page: 'discovery.md' })]
  })
}

/** Rule files; when one of them cannot be read, only the others stay in the new file, by name. */
function rules(document: Document, file: string, features: readonly string[]): AdoptItem[] {
  const list: unknown = document.toJS({ maxAliasCount: 100 })?.['rule_files']
  const patterns = Array.isArray(list) ? list.map(String) : []
  const found = patterns.map((pattern) =>
    adoptRules(pattern, {
      folder: dirname(resolve(file)),
      by: { place: `${file}: rule_files` },
      features,
    }),
  )
  if (found.some(({ taken }) => taken !== undefined)) {
    const whole = found.flatMap(({ taken }, i) => taken ?? [patterns[i]!])
    document.set('rule_files', document.createNode(whole)) // nodes: their names are made absolute
  }
  return found.flatMap(({ items }) => items)
}

/** What was found under a pattern. */
export interface AdoptedRules {
  readonly items: readonly AdoptItem[]
  /** The files that Weir can be given, absolute; undefined when that is all of them. */
  readonly taken: readonly string[] | undefined
}

/** Rule files of a pattern that is relative to a folder. */
export function adoptRules(
  pattern: string,
  {
    folder,
    by,
    features,
  }: {
    readonly folder: string
    readonly by: { readonly place: string } | { readonly flag: string }
    readonly features: readonly string[]
  },
): AdoptedRules {
  const files = expandGlob(isAbsolute(pattern) ? pattern : resolve(folder, pattern))
  if (files.length === 0) {
    const why = 'it names no file'
    const items = [differs(pattern, { what: 'rule files', why, page: 'rules.md' })]
    return { items, taken: undefined }
  }
  const items: AdoptItem[] = []
  const taken: string[] = []
  for (const name of files) {
    const { ruleCount, problems } = checkRules(readNamed(name, by), name, { features })
    const shown = isAbsolute(pattern) ? name : join(dirname(pattern), basename(name))
    const what = 'a rule, so the file is left out'
    items.push(...complaints(shown, problems.map(withFeatureHint), { what, page: 'rules.md' }))
    if (problems.length > 0) continue
    taken.push(name)
    items.push(same(shown, `rules: ${ruleCount}`, 'rules.md'))
  }
  return { items, taken: taken.length === files.length ? undefined : taken }
}

/** The parser has Prometheus's words, which do not all say what to do. */
function withFeatureHint(problem: string): string {
  if (!/not enabled|must be enabled/.test(problem)) return problem
  return `${problem}; if your Prometheus has --enable-feature, give the same to weir adopt, and later to weir serve`
}

/** Sections that mean the same, or nothing, here. */
function sections(document: Document, file: string): AdoptItem[] {
  const items: AdoptItem[] = []
  const has = (key: string): boolean => document.has(key)
  if (has('global')) items.push(same(file, 'global', 'configuration.md#global'))
  if (has('remote_write')) {
    const why = 'what waits is on the disk, so a restart loses nothing of it'
    items.push(differs(file, { what: 'remote_write', why, page: 'remote-write.md' }))
  }
  for (const key of ['scrape_config_files', 'storage', 'otlp']) {
    if (has(key)) items.push(same(file, key, PAGES[key] ?? 'scrape.md'))
  }
  if (has('runtime')) {
    const why = 'it is accepted and changes nothing: there is no Go here'
    items.push(differs(file, { what: 'runtime', why, page: 'configuration.md#a-prometheusyml' }))
  }
  return items
}

/** With its own routes Weir tells by itself; both would tell everybody twice. */
function alerting(document: Document, file: string, hasAlertmanager: boolean): AdoptItem[] {
  if (!document.has('alerting')) return []
  if (!hasAlertmanager) return [same(file, 'alerting', 'alerts.md#send-alerts-to-an-alertmanager')]
  if (!document.deleteIn(['alerting', 'alertmanagers'])) return []
  const why =
    'Weir has the routes of the alertmanager.yml and tells by itself; with both, everybody would be told twice'
  return [differs(file, { what: 'alerting.alertmanagers', why, page: 'from-alertmanager.md' })]
}

/** What differs for everybody. */
function always(file: string, features: readonly string[]): AdoptItem[] {
  const flags = {
    what: '--enable-feature',
    why: `a flag here, too, not part of the new file: weir serve --enable-feature=${features.join(',')}`,
    page: 'promql.md#feature-flags',
  }
  return [
    ...(features.length > 0 ? [differs(file, flags)] : []),
    differs(file, {
      what: 'how long samples are kept',
      why: 'a flag says so there (15 days without it), the key storage.metrics.retention_time here; the new file says 15d',
      page: 'retention.md',
    }),
    differs(file, {
      what: 'addresses',
      why: 'the page and the API listen on 127.0.0.1:9347 in place of :9090, with the same paths; web.listen changes that',
      page: 'http-api.md',
    }),
    differs(file, {
      what: 'what was recorded',
      why: 'it stays where it is; weir import prometheus brings it over',
      page: 'import.md',
    }),
  ]
}

/** Names of files that are relative to the old file. */
const FILE_KEYS = /(^|_)files?$/

function absolutePaths(document: Document, folder: string): void {
  visit(document, {
    Pair(_, { key, value }) {
      if (!isScalar(key) || !FILE_KEYS.test(String(key.value))) return
      for (const node of isSeq(value) ? value.items : [value]) {
        if (!isScalar(node) || typeof node.value !== 'string' || isAbsolute(node.value)) continue
        node.value = resolve(folder, node.value)
      }
    },
  })
}
