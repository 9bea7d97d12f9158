import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyRequest } from 'fastify'

/** Addresses that the page itself draws, from one index.html; opening one directly must work. */
const APP_PATHS = [
  '/',
  '/pipelines',
  '/pipelines/*',
  '/dashboards',
  '/dashboards/*',
  '/explore',
  '/logs',
  '/alerts',
  '/targets',
  '/loggers',
  '/status',
  '/access',
  '/login',
  '/logged-in',
  '/packs',
  '/packs/*',
]

/** Links in alerts lead where they lead in Prometheus; here that is the explorer. */
const PROMETHEUS_PATH = '/graph'

/** The newer one is InfluxDB's too, whose clients always ask with `q`; Prometheus's links never do. */
const SHARED_PATH = '/query'

const FOREVER = 'public, max-age=31536000, immutable' // the name of an asset holds its hash

/** Where programs ask, and a person who looks wants to see what they are answered. */
const FOR_PROGRAMS = /^\/(?:api|loki|v1|-)\//

/** Whether the built page is there to be served. */
export function hasPage(webRoot: string | undefined): webRoot is string {
  return webRoot !== undefined && existsSync(join(webRoot, 'index.html'))
}

/** Whether somebody typed or followed an address that nobody has: the page tells him, not JSON. */
export function isLostVisitor({ method, url, headers }: FastifyRequest): boolean {
  const wantsPage = headers.accept?.includes('text/html') === true
  return wantsPage && (method === 'GET' || method === 'HEAD') && !FOR_PROGRAMS.test(url)
}

/** Serves the built page, when there is one. */
export async function servePage(app: FastifyInstance, webRoot: string | undefined): Promise<void> {
  if (!hasPage(webRoot)) return
  await app.register(fastifyStatic, {
    root: webRoot,
    index: false,
    redirect: false,
    dotfiles: 'ignore',
    cacheControl: false,
    setHeaders: (reply, path) => {
      const hashed = path.startsWith(join(webRoot, 'assets'))
      reply.header('cache-control', hashed ? FOREVER : 'no-cache')
    },
  })
  for (const path of APP_PATHS) {
    app.get(path, (request, reply) => {
      if (path === '/') reply.header('link', firstQuestion(request.url))
      reply.sendFile('index.html')
    })
  }
  app.get(PROMETHEUS_PATH, (request, reply) => void reply.redirect(explorerLink(request.url)))
  app.addHook('onRequest', async (request, reply) => {
    if (request.method !== 'GET' || !request.url.startsWith(SHARED_PATH)) return
    const url = new URL(request.url, 'http://weir')
    if (url.pathname === SHARED_PATH && !url.searchParams.has('q')) {
      await reply.redirect(explorerLink(request.url))
    }
  })
}

/**
 * What the overview will ask as soon as its code is there: the browser asks meanwhile. Without a window in the
 * address it is the one that the page begins with.
 */
function firstQuestion(url: string): string {
  const window = new URL(url, 'http://weir').searchParams.get('window') ?? '1h'
  const path = `/api/weir/v1/overview?window=${/^\w+$/.test(window) ? window : '1h'}`
  return `<${path}>; rel=preload; as=fetch; crossorigin`
}

/** `/graph?g0.expr=up` → `/explore?expr=up` */
function explorerLink(url: string): string {
  const expr = new URLSearchParams(url.slice(url.indexOf('?') + 1)).get('g0.expr')
  return expr === null ? '/explore' : `/explore?expr=${encodeURIComponent(expr)}`
}
