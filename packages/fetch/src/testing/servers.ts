import { readFileSync } from 'node:fs'
import { type RequestListener, type Server, createServer, request as httpRequest } from 'node:http'
import { type ServerOptions, createServer as createTlsServer } from 'node:https'
import { type AddressInfo, type Socket, connect } from 'node:net'
import { join } from 'node:path'

const FOLDER = join(import.meta.dirname, '../../../../fixtures/tls')

/** A file of fixtures/tls. */
export function pemFile(name: string): string {
  return join(FOLDER, `${name}.pem`)
}

export function pem(name: string): string {
  return readFileSync(pemFile(name), 'utf8')
}

/** The certificate and key of that name. */
export function identity(name: string): { cert: string; key: string } {
  return { cert: pem(name), key: pem(`${name}-key`) }
}

export interface TestServer extends AsyncDisposable {
  readonly port: number
  readonly url: string
}

/** A real server on loopback; with `tls` it speaks https. */
export async function serve(answer: RequestListener, tls?: ServerOptions): Promise<TestServer> {
  const server = tls === undefined ? createServer(answer) : createTlsServer(tls, answer)
  const port = await listen(server)
  const scheme = tls === undefined ? 'http' : 'https'
  return { port, url: `${scheme}://127.0.0.1:${port}`, [Symbol.asyncDispose]: closing(server) }
}

export interface TestProxy extends TestServer {
  /** What it was asked for, `CONNECT host:port` or `GET http://…`, with the headers. */
  readonly asked: { readonly line: string; readonly headers: NodeJS.Dict<string | string[]> }[]
}

/** A real proxy for plain requests and tunnels; whatever host is asked for, it is found on loopback. */
export async function proxy(user?: string, tls?: ServerOptions): Promise<TestProxy> {
  const asked: TestProxy['asked'] = []
  const wanted = user === undefined ? undefined : `Basic ${Buffer.from(user).toString('base64')}`
  const server = tls === undefined ? createServer() : createTlsServer(tls)
  const tunnels = new Set<Socket>()
  server.on('request', (incoming, outgoing) => {
    asked.push({ line: `${incoming.method} ${incoming.url}`, headers: incoming.headers })
    if (wanted !== undefined && incoming.headers['proxy-authorization'] !== wanted) {
      outgoing.writeHead(407).end()
      return
    }
    const { port, pathname, search } = new URL(incoming.url ?? '')
    const { method, headers } = incoming
    const onward = httpRequest({
      host: '127.0.0.1',
      port,
      path: pathname + search,
      method,
      headers,
    })
    onward.on('response', (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers)
      reply.pipe(outgoing)
    })
    onward.on('error', () => outgoing.writeHead(502).end())
    incoming.pipe(onward)
  })
  server.on('connect', (incoming, socket: Socket) => {
    asked.push({ line: `CONNECT ${incoming.url}`, headers: incoming.headers })
    if (wanted !== undefined && incoming.headers['proxy-authorization'] !== wanted) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n')
      return
    }
    const onward = connect(Number(incoming.url?.split(':').at(-1)), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n')
      onward.pipe(socket).pipe(onward)
    })
    for (const end of [onward, socket]) {
      tunnels.add(end)
      end.on('error', () => undefined).on('close', () => [onward, socket].map((s) => s.destroy()))
    }
  })
  const port = await listen(server)
  const close = closing(server)
  const scheme = tls === undefined ? 'http' : 'https'
  return {
    port,
    url: `${scheme}://${user === undefined ? '' : `${user}@`}127.0.0.1:${port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      for (const tunnel of tunnels) tunnel.destroy()
      await close()
    },
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

function closing(server: Server): () => Promise<void> {
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
}
