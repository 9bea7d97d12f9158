import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'

/** Addresses that the page itself draws, from one index.html. */
const APP_PATH = /^\/(?:(?:pipelines|explore|alerts|status|targets|packs)(?:\/.*)?)?$/

/** Whether an address belongs to the page, so that opening it directly works. */
export function isAppPath(path: string): boolean {
  return APP_PATH.test(path)
}

const FOREVER = 'public, max-age=31536000, immutable' // the name of an asset holds its hash

/** Serves the built page. Gives back whether there is one. */
export async function servePage(
  app: FastifyInstance,
  webRoot: string | undefined,
): Promise<boolean> {
  if (webRoot === undefined || !existsSync(join(webRoot, 'index.html'))) return false
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
  return true
}
