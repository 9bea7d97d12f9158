import type { SilenceDraft, RoutedAlertView } from '@weir/alerting'
import { Labels, WeirError } from '@weir/model'
import {
  DONE,
  alertJson,
  failed,
  groupJson,
  malformed,
  problem,
  silenceJson,
} from './alertmanager-answers.ts'
import { fromTo } from '../audit/changed-keys.ts'
import { readAlerts, readSilence } from './alertmanager-bodies.ts'
import {
  flag,
  matchersOf,
  receiverFilter,
  silenceFilter,
  silenceId,
  stateFilter,
} from './alertmanager-filter.ts'
import type { HttpDeps } from './deps.ts'
import { asWeirError } from './errors.ts'
import { compareLabelSets } from './label-set-order.ts'
import {
  type Answer,
  type BodyRule,
  type Call,
  type Parameter,
  type Route,
  authorOf,
  json,
  query,
  repeated,
  segment,
} from './route.ts'

/**
 * Alertmanager's API v2, for amtool, Grafana and Prometheus. Answers are bare JSON; what is wrong is
 * told as a JSON string, or as `{code, message}` where the form of the request is wrong.
 *
 * @see alertmanager:api/v2/api.go
 */
export function alertmanagerRoutes(deps: HttpDeps): Route[] {
  return [
    {
      methods: ['GET'],
      path: '/api/v2/status',
      access: 'read',
      summary: "Alertmanager's API: version, config without secrets, peers",
      parameters: [],
      handle: () => json(status(deps)),
    },
    {
      methods: ['GET'],
      path: '/api/v2/receivers',
      access: 'read',
      summary: "Alertmanager's API: the receivers",
      parameters: [RECEIVER_MATCHERS],
      handle: answering(({ params }) => json(receivers(deps, params))),
    },
    {
      methods: ['GET', 'POST'],
      path: '/api/v2/alerts',
      access: { GET: 'read', POST: 'ingest' },
      summary: "Alertmanager's API: by GET alerts that have not ended; POST takes alerts",
      parameters: ALERT_PARAMETERS,
      body: bodyRule(deps),
      handle: answering((call) =>
        isPost(call) ? postAlerts(deps, call) : json(alerts(deps, call)),
      ),
    },
    {
      methods: ['GET'],
      path: '/api/v2/alerts/groups',
      access: 'read',
      summary: "Alertmanager's API: alerts by group",
      parameters: [
        ...ALERT_PARAMETERS,
        query('muted', 'false leaves out groups that a time interval mutes'),
      ],
      handle: answering((call) => json(groups(deps, call))),
    },
    {
      methods: ['GET', 'POST'],
      path: '/api/v2/silences',
      access: { GET: 'read', POST: 'write' },
      audit: { POST: 'silence.set' },
      summary:
        "Alertmanager's API: by GET silences; POST makes one, or changes the one whose id it names",
      parameters: [
        repeated('filter', 'Only silences that have this very matcher'),
        ...['active', 'pending', 'expired'].map((state) =>
          query(state, `false leaves out ${state} ones`),
        ),
      ],
      body: bodyRule(deps),
      handle: answering((call) =>
        isPost(call) ? postSilence(deps, call) : json(silences(deps, call)),
      ),
    },
    {
      methods: ['GET', 'DELETE'],
      path: '/api/v2/silence/:id',
      access: { GET: 'read', DELETE: 'write' },
      audit: { DELETE: 'silence.expire' },
      summary: "Alertmanager's API: one silence; DELETE ends it now",
      parameters: [segment('id', 'A UUID')],
      handle: answering((call) => oneSilence(deps, call)),
    },
  ]
}

const RECEIVER_MATCHERS = repeated('receiver_matchers', 'Only receivers with such labels')

const ALERT_PARAMETERS: readonly Parameter[] = [
  repeated('filter', 'One matcher each, such as `team="x"`; all must hold'),
  query('receiver', 'Only alerts of receivers whose whole name this expression matches'),
  RECEIVER_MATCHERS,
  ...['active', 'silenced', 'inhibited', 'unprocessed'].map((state) =>
    query(state, `false leaves out ${state} alerts`),
  ),
]

function isPost({ origin }: Call): boolean {
  return origin.method === 'POST'
}

/** Most bodies that are read at a time; each may take as much memory as it is long. */
const BODIES_MAX = 16

function bodyRule({ alertmanager }: HttpDeps): BodyRule {
  let underWay = 0
  return {
    type: 'application/json',
    bytesMax: alertmanager.bodyBytesMax,
    key: 'notifications.max_body_bytes',
    admit: ({ method }) => {
      if (method !== 'POST') return () => undefined
      if (underWay >= BODIES_MAX) {
        throw new WeirError(
          'PUSH_BUSY',
          `Cannot take more than ${BODIES_MAX} such requests at a time`,
        )
      }
      underWay++
      return () => {
        underWay--
      }
    },
    failure: (error) => failed(error),
  }
}

/** Tells what is thrown as this API tells it. What is our own mistake goes on to where it is logged. */
function answering(handle: (call: Call) => Answer | Promise<Answer>): Route['handle'] {
  return async (call) => {
    try {
      return await handle(call)
    } catch (thrown) {
      const error = asWeirError(thrown)
      if (error.code === 'BUG') throw thrown
      return failed(error)
    }
  }
}

function status(deps: HttpDeps): object {
  const { alertmanager } = deps
  return {
    cluster: clusterOf(deps),
    config: { original: alertmanager.configText() },
    uptime: new Date(alertmanager.startedMs).toISOString(),
    versionInfo: deps.buildInfo(),
  }
}

/** Weir's peers, and it itself, as Alertmanager lists the members of its cluster. */
function clusterOf(deps: HttpDeps): object {
  const { status: state, name, peers } = deps.alerting.peers.view()
  if (state === 'disabled') return { peers: [], status: state }
  const others = peers.filter(({ isUp }) => isUp)
  const own = deps.externalUrl || `http://localhost:${deps.listenPort()}`
  const all = [{ name, address: own }, ...others]
  return {
    name,
    status: state,
    peers: all.map((one) => ({ name: one.name, address: one.address })),
  }
}

function receivers({ alerting, alertmanager }: HttpDeps, params: URLSearchParams): object {
  const wanted = receiverFilter(params, alertmanager)
  return alerting.routing
    .receivers()
    .map(({ name, labels }) => ({ labels: { name, ...labels }, name }))
    .filter(({ labels }) => wanted.labels(Labels.of(labels)))
}

/** What is asked for about a receiver, by its name: in two halves, as one may hold for one receiver and one for another. */
function receiverTests(
  { alerting, alertmanager }: HttpDeps,
  params: URLSearchParams,
): { readonly name: (name: string) => boolean; readonly labels: (name: string) => boolean } {
  const wanted = receiverFilter(params, alertmanager)
  if (!wanted.isAsked) return { name: () => true, labels: () => true }
  const known = new Map(
    alerting.routing.receivers().map(({ name, labels }) => [name, Labels.of({ name, ...labels })]),
  )
  return {
    name: wanted.name,
    labels: (name) => {
      const labels = known.get(name)
      return labels !== undefined && wanted.labels(labels)
    },
  }
}

function alerts(deps: HttpDeps, { params }: Call): object {
  const matchers = matchersOf(params, 'filter', deps.alertmanager)
  const receiver = receiverTests(deps, params)
  const isInState = stateFilter(params)
  return deps.alerting.routing
    .alerts(({ labels }) => matchers.every((matcher) => matcher.matches(labels)))
    .filter(({ receivers: names }) => names.some(receiver.name) && names.some(receiver.labels))
    .filter(isInState)
    .map(alertJson)
}

function groups(deps: HttpDeps, { params }: Call): object {
  const matchers = matchersOf(params, 'filter', deps.alertmanager)
  const receiver = receiverTests(deps, params)
  const isAsked = (name: string): boolean => receiver.name(name) && receiver.labels(name)
  const isInState = stateFilter(params)
  const showsMuted = flag(params, 'muted')
  const nowMs = deps.clock.now()
  const isWanted = (alert: RoutedAlertView): boolean =>
    alert.endsAtMs > nowMs &&
    matchers.every((matcher) => matcher.matches(alert.labels)) &&
    isInState(alert)
  return deps.alerting.routing
    .groups()
    .filter((group) => isAsked(group.receiver))
    .map((group) => ({
      group,
      alerts: group.alerts
        .filter(isWanted)
        .map((alert) => ({ ...alert, receivers: alert.receivers.filter(isAsked) })),
    }))
    .filter(({ alerts: shown }) => shown.length > 0)
    .filter(({ alerts: [first] }) => showsMuted || first!.status.mutedBy.length === 0)
    .toSorted(
      (a, b) =>
        compareLabelSets(a.group.labels, b.group.labels) ||
        (a.group.receiver < b.group.receiver ? -1 : 1),
    )
    .map(({ group, alerts: shown }) => groupJson(group, shown))
}

async function postAlerts(deps: HttpDeps, call: Call): Promise<Answer> {
  const read = readAlerts(call)
  if ('refused' in read) return read.refused
  const problems = await deps.alerting.routing.post(read.value)
  return problems.length === 0 ? DONE : problem(400, problems.join('\n'))
}

function silences({ alerting, alertmanager }: HttpDeps, { params }: Call): object {
  const isWanted = silenceFilter(params, alertmanager)
  return alerting.silences.list().filter(isWanted).map(silenceJson)
}

async function postSilence({ alerting }: HttpDeps, call: Call): Promise<Answer> {
  const read = readSilence(call)
  if ('refused' in read) return read.refused
  const draft = { ...read.value, createdBy: authorOf(call, read.value.createdBy) }
  const before = draft.id === undefined ? undefined : alerting.silences.get(draft.id)
  const { comment, endsAtMs } = draft
  call.remark({
    target: draft.id ?? '',
    details: {
      matchers: fromTo(before && matchersText(before), matchersText(draft)),
      until: fromTo(
        before && new Date(before.endsAtMs).toISOString(),
        new Date(endsAtMs).toISOString(),
      ),
      comment: fromTo(before?.comment, comment),
    },
  })
  const silenceID = await alerting.silences.set(draft)
  call.remark({ target: silenceID })
  return json({ silenceID })
}

function matchersText({ matchers }: Pick<SilenceDraft, 'matchers'>): string {
  return matchers.map(({ name, operator, value }) => `${name}${operator}"${value}"`).join(' ')
}

async function oneSilence({ alerting }: HttpDeps, { path, origin }: Call): Promise<Answer> {
  let id: string
  try {
    id = silenceId(path)
  } catch (thrown) {
    return malformed(422, 601, asWeirError(thrown).message)
  }
  if (origin.method === 'DELETE') {
    await alerting.silences.expire(id)
    return DONE
  }
  const silence = alerting.silences.get(id)
  if (silence === undefined) throw new WeirError('SILENCE_UNKNOWN', `Cannot find silence "${id}"`)
  return json(silenceJson(silence))
}
