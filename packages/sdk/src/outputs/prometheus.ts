import { type IncomingMessage, type ServerResponse, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { MetricSource } from '../metrics/family.ts'
import { defaultRegistry } from '../metrics/registry.ts'
import { contentTypeOf, formatWanted, writePage } from './exposition.ts'
import type { MetricOutput } from './output.ts'

/** The page of this moment. For frameworks that want to send it themselves. */
export async function metricsPage(
  source: MetricSource = defaultRegistry(),
  accept?: string | null,
): Promise<{ readonly body: string; readonly contentType: string }> {
  const format = formatWanted(accept)
  const families = await source.collect()
  return { body: writePage(families, format), contentType: contentTypeOf(format) }
}

/**
 * Answers with the metrics page: `app.get('/metrics', metricsHandler())` in Express and Connect, or
 * the listener of a plain `node:http` server.
 */
export function metricsHandler(
  source?: MetricSource,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    try {
      const { body, contentType } = await metricsPage(source, request.headers.accept)
      response.writeHead(200, {
        'content-type': contentType,
        'content-length': Buffer.byteLength(body),
      })
      response.end(request.method === 'HEAD' ? undefined : body)
    } catch {
      if (!response.headersSent) response.writeHead(500)
      response.end()
    }
  }
}

/** The same for the web's own types: `export const GET = metricsRoute()` in Next, Hono, Bun, Deno. */
export function metricsRoute(source?: MetricSource): (request: Request) => Promise<Response> {
  return async (request) => {
    const { body, contentType } = await metricsPage(source, request.headers.get('accept'))
    return new Response(body, { headers: { 'content-type': contentType } })
  }
}

/** The same for Fastify: `fastify.get('/metrics', fastifyMetrics())`. */
export function fastifyMetrics(
  source?: MetricSource,
): (
  request: { readonly headers: { readonly accept?: string | undefined } },
  reply: { header(name: string, value: string): unknown },
) => Promise<string> {
  return async (request, reply) => {
    const { body, contentType } = await metricsPage(source, request.headers.accept)
    reply.header('content-type', contentType)
    return body
  }
}

export interface PrometheusPageOptions {
  /** 9249 unless told, as Flink's reporter; 0 takes any free one. */
  readonly port?: number
  /** Loopback unless told: `0.0.0.0` lets other machines read. */
  readonly host?: string
  readonly path?: string
}

/** A page of its own small server. It does not keep the process alive. */
export function prometheusPage({
  port = 9249,
  host = '127.0.0.1',
  path = '/metrics',
}: PrometheusPageOptions = {}): MetricOutput {
  return {
    name: 'prometheus',
    start({ source, onError }) {
      let sent = 0
      let url: string | undefined
      const handler = metricsHandler(source)
      const server = createServer((request, response) => {
        const { pathname } = new URL(request.url ?? '/', 'http://page')
        if (pathname !== path || (request.method !== 'GET' && request.method !== 'HEAD')) {
          response.writeHead(pathname === path ? 405 : 404).end()
          return
        }
        sent++
        void handler(request, response)
      })
      server.unref()
      const ready = new Promise<void>((resolve) => {
        server.on('error', (error) => {
          onError(new Error(`Cannot serve metrics on ${host}:${port}`, { cause: error }))
          resolve()
        })
        server.listen({ port, host }, () => {
          url = `http://${hostText(host)}:${(server.address() as AddressInfo).port}${path}`
          resolve()
        })
      })
      return {
        ready,
        flush: () => Promise.resolve(),
        close: async () => {
          await ready
          server.closeAllConnections()
          await new Promise<void>((resolve) => {
            server.close(() => resolve())
          })
        },
        stats: () => ({ sent, dropped: 0, queuedBytes: 0, ...(url === undefined ? {} : { url }) }),
      }
    },
  }
}

function hostText(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
