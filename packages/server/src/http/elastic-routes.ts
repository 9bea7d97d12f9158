import type { WeirError } from '@weir/model'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { statusOf } from './errors.ts'
import type { Answer, Route } from './route.ts'

/** Elasticsearch's own paths, and those under which VictoriaLogs has them. */
export const ELASTIC_PREFIXES = ['', '/insert/elasticsearch'] as const

/** Elastic's own clients talk to nobody who does not say this. */
const HEADERS = {
  'content-type': 'application/json',
  'x-elastic-product': 'Elasticsearch',
} as const

/** The version that shippers are told: one whose `_bulk` all of them know. */
const VERSION = '8.9.0'

/** What Elasticsearch says of itself at `/`. */
const GREETING = JSON.stringify({
  name: 'weir',
  cluster_name: 'weir',
  cluster_uuid: 'weir',
  version: {
    number: VERSION,
    build_flavor: 'default',
    build_type: 'docker',
    lucene_version: '9.7.0',
    minimum_wire_compatibility_version: '7.17.0',
    minimum_index_compatibility_version: '7.0.0',
  },
  tagline: 'You Know, for Search',
})

const LICENSE = JSON.stringify({
  license: {
    uid: 'weir',
    type: 'basic',
    status: 'active',
    expiry_date_in_millis: 4_000_000_000_000,
  },
})

/** What shippers ask before they send, or set up: there is nothing to set up, so all is well. */
const ASKED: readonly (readonly [path: string, body: string])[] = [
  ['/_license', LICENSE],
  ['/_xpack', '{}'],
  ['/_cluster/health', '{"cluster_name":"weir","status":"green","timed_out":false}'],
  ['/_ilm/policy/*', '{"acknowledged":true}'],
  ['/_index_template/*', '{"acknowledged":true}'],
  ['/_component_template/*', '{"acknowledged":true}'],
  ['/_template/*', '{"acknowledged":true}'],
  ['/_ingest/pipeline/*', '{"acknowledged":true}'],
  ['/_data_stream/*', '{"acknowledged":true}'],
  ['/_nodes', '{"nodes":{}}'],
  ['/_nodes/*', '{"nodes":{}}'],
  ['/_logstash/*', '{}'],
  ['/logstash/*', '{}'],
]

export function elasticAnswer(body: string, status = 200): Answer {
  return { status, headers: HEADERS, body }
}

/** An error as Elasticsearch has it. */
export function elasticError({ code, message }: WeirError): Answer {
  const status = statusOf(code)
  const error = { type: TYPES[status] ?? 'exception', reason: message }
  return elasticAnswer(JSON.stringify({ error, status }), status)
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'parse_exception',
  413: 'content_too_long_exception',
  429: 'es_rejected_execution_exception',
  503: 'unavailable_shards_exception',
}

/** What is asked beside `_bulk`. */
export function elasticRoutes(): Route[] {
  const asked = ELASTIC_PREFIXES.flatMap((prefix) =>
    ASKED.map(([path, body]) => questionRoute(prefix + path, body)),
  )
  return [...asked, questionRoute('/insert/elasticsearch', GREETING)]
}

function questionRoute(path: string, body: string): Route {
  return {
    methods: ['GET', 'PUT', 'POST'],
    path,
    access: 'ingest',
    summary: 'What shippers ask of Elasticsearch before they send',
    parameters: [],
    early: true,
    body: {
      type: 'application/json',
      bytesMax: SETUP_BYTES_MAX,
      key: 'no key of weir.yml',
      admit: () => () => undefined,
      failure: elasticError,
    },
    handle: () => elasticAnswer(body),
  }
}

/** Templates that Beats send are some hundred kilobytes. */
const SETUP_BYTES_MAX = 4 * 2 ** 20

/**
 * `/` is the page for people and Elasticsearch for shippers: who asks for HTML gets the page, whose name is a shipper's, or who
 * asks for JSON, hears of a version.
 */
export function greetShippers(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    if (reply.sent || request.url.split('?', 1)[0] !== '/' || !isShipper(request)) return undefined
    if (request.method !== 'GET' && request.method !== 'HEAD') return undefined
    return reply.headers(HEADERS).send(GREETING)
  })
}

const SHIPPERS = /elastic|beat|logstash|fluent|vector|cribl|opensearch/i

function isShipper({ headers }: FastifyRequest): boolean {
  const { accept = '', 'user-agent': name = '' } = headers
  if (accept.includes('text/html')) return false
  return SHIPPERS.test(name) || /[/+]json\b/.test(accept)
}
