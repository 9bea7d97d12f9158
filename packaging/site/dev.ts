/**
 * Serves the documentation, built anew when a page of docs/ changes.
 *
 *   npm run docs:dev
 */
import { readFileSync, watch } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { buildSite } from './build.ts'
import { weirsOwnApi } from './own-api.ts'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(ROOT, 'packaging/dist/site')
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}
const SETTLE_MS = 100

const api = await weirsOwnApi()
buildSite(FOLDER, api)
let waiting: NodeJS.Timeout | undefined
watch(join(ROOT, 'docs'), { recursive: true }, () => {
  clearTimeout(waiting)
  waiting = setTimeout(() => {
    try {
      console.log(`${buildSite(FOLDER, api).length} pages`)
    } catch (error) {
      console.error(error instanceof Error ? error.message : error)
    }
  }, SETTLE_MS)
})

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://site')
  const name = normalize(pathname === '/' ? '/index.html' : decodeURIComponent(pathname))
  try {
    const bytes = readFileSync(join(FOLDER, name))
    response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'text/plain' }).end(bytes)
  } catch {
    response.writeHead(404, { 'content-type': 'text/plain' }).end(`There is no ${name}\n`)
  }
})
server.listen(Number(process.env['PORT'] ?? 5180), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
})
