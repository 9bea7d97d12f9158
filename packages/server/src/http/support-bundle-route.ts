import { type BundleFile, packBundle } from '../support/bundle.ts'
import { asJson, machineFiles } from '../support/machine.ts'
import { heapsOfThreads } from '../threads/thread.ts'
import type { HttpDeps } from './deps.ts'
import { asWeirError } from './errors.ts'
import type { Call, Route } from './route.ts'

/** Answers of the API that go into a bundle: what a file is called, what is asked, and what it says. */
const ASKED: readonly (readonly [name: string, path: string, about: string])[] = [
  ['status.json', '/api/weir/v1/status', 'the process in figures'],
  ['runtime.json', '/api/v1/status/runtimeinfo', 'since when it runs, the last reload'],
  ['flags.json', '/api/v1/status/flags', 'the command line'],
  ['store.json', '/api/v1/status/tsdb?limit=100', 'the metric store, names with the most series'],
  ['statsd-names.json', '/api/weir/v1/statsd/cardinality', 'what makes StatsD series many'],
  ['intakes.json', '/api/weir/v1/intakes', 'ways in, rates, what was refused'],
  ['targets.json', '/api/v1/targets', 'scrape targets and how they do'],
  ['rules.json', '/api/v1/rules', 'rules with their state'],
  ['queries.json', '/api/weir/v1/queries', 'queries under way, and the most costly'],
  ['remote-write.json', '/api/weir/v1/remote-write', 'where samples are sent on to'],
  ['alertmanagers.json', '/api/v1/alertmanagers', 'Alertmanagers elsewhere'],
  ['notifications.json', '/api/weir/v1/notifications', 'what was told, waits, or failed'],
  ['peers.json', '/api/weir/v1/peers', 'other Weirs with the same rules'],
  ['metrics.txt', '/metrics', 'what Weir measures of itself'],
]

/** `GET /api/weir/v1/support-bundle`: what a report of a mistake needs, without secrets. */
export function supportBundleRoute(deps: HttpDeps, routes: () => readonly Route[]): Route {
  return {
    methods: ['GET'],
    path: '/api/weir/v1/support-bundle',
    access: 'admin',
    summary: 'What a report of a mistake needs, as a packed tar, without secrets',
    parameters: [],
    // A Weir that does not get ready is one to report.
    early: true,
    handle: async (call) => {
      const { support, clock } = deps
      const answers = await Promise.all(
        ASKED.map(([name, path, about]) => answerOf(routes(), call, { name, path, about })),
      )
      const ready = { ready: deps.ready().length === 0, waitsFor: deps.ready() }
      const files: BundleFile[] = [
        { name: 'ready.json', about: 'what it still waits for', text: asJson(ready) },
        { name: 'config.yml', about: 'the configuration in use', text: deps.configText() },
        {
          name: 'alertmanager.yml',
          about: 'how alerts are told',
          text: deps.alertmanager.configText(),
        },
        { name: 'log.jsonl', about: 'the last lines of its own log', text: support.ownLines() },
        ...answers,
        {
          name: 'heaps.json',
          about: 'the heap of each thread; of one that is busy, nothing',
          text: asJson(await heapsOfThreads()),
        },
        ...machineFiles(support.dataDir),
      ]
      const createdMs = clock.now()
      const stamp = new Date(createdMs).toISOString().slice(0, 19).replaceAll(':', '')
      return {
        status: 200,
        headers: {
          'content-type': 'application/gzip',
          'content-disposition': `attachment; filename="weir-support-${stamp}.tar.gz"`,
        },
        body: await packBundle(files, support.secrets(), createdMs),
      }
    },
  }
}

/** What a route answers; what goes wrong with one says so in its file. */
async function answerOf(
  routes: readonly Route[],
  call: Call,
  { name, path, about }: { readonly name: string; readonly path: string; readonly about: string },
): Promise<BundleFile> {
  const [asked = '', search] = path.split('?')
  const route = routes.find((other) => other.path === asked && other.methods.includes('GET'))
  try {
    if (route === undefined) throw new Error(`there is no ${asked}`)
    const params = new URLSearchParams(search)
    const { body } = await route.handle({ ...call, params, path: {} })
    return { name, about, text: await textOf(body) }
  } catch (error) {
    return { name, about, text: asJson({ error: asWeirError(error).message }) }
  }
}

async function textOf(body: string | Uint8Array | AsyncIterable<Uint8Array>): Promise<string> {
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return Buffer.from(body).toString()
  const pieces: Uint8Array[] = []
  for await (const piece of body) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}
