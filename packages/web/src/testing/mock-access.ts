import type { AuditPage, SessionView, WhoamiView } from '@weir/packs'
import type { ServerResponse } from 'node:http'
import type { TokenView } from '../api/access.ts'
import { MOCK_NOW_MS } from './mock-data.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

/** Who gets into the made-up Weir. */
export class MockAccess {
  isAsked = false
  isExposed = false
  /** Who is logged in; '' for nobody. */
  name = ''
  scopes: readonly string[] = ['ingest', 'read', 'write', 'admin']
  /** How many tokens and sessions there are. */
  count = 3

  reset(): void {
    Object.assign(this, new MockAccess())
  }

  /** Answers requests of nobody, where everybody is asked. */
  refuses(url: URL, method: string | undefined, response: ServerResponse): boolean {
    const isOpen = /\/(whoami|login|logout)$/.test(url.pathname)
    if (!this.isAsked || this.name !== '' || isOpen) return false
    if (method === 'POST') response.setHeader('connection', 'close')
    refuse(response, 401, 'ACCESS_UNKNOWN', 'Cannot answer without knowing who asks')
    return true
  }

  /** Answers what is about access itself. */
  answers(
    url: URL,
    method: string | undefined,
    { body, response }: { readonly body: string; readonly response: ServerResponse },
  ): boolean {
    const what = /^\/api\/weir\/v1\/(whoami|login|logout|sessions|tokens|audit)$/.exec(
      url.pathname,
    )?.[1]
    if (what === undefined) return false
    const send = (value: unknown): void => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    }
    if (what === 'login') {
      if (!body.includes('weir_right')) refuse(response, 401, 'ACCESS_UNKNOWN', 'no such token')
      else {
        this.name = 'ann'
        send({ name: 'ann' })
      }
    } else if (what === 'logout') {
      this.name = ''
      send({ next: '/login' })
    } else if (what === 'tokens' && method === 'POST') {
      send({ ...token(0), name: 'loader', token: `weir_4k1z0c9x2m_${'x'.repeat(49)}` })
    } else send(this.#told(what))
    return true
  }

  #told(what: string): unknown {
    const many = Array.from({ length: this.count }, (_, i) => i)
    if (what === 'whoami') return this.#whoami()
    if (what === 'sessions') return { sessions: many.map(session) }
    if (what === 'tokens') return { tokens: many.map(token) }
    return changes(many)
  }

  #whoami(): WhoamiView {
    const isIn = this.isAsked && this.name !== ''
    return {
      isAsked: this.isAsked,
      isExposed: this.isExposed,
      isReadable: false,
      who: {
        kind: isIn ? 'session' : 'anyone',
        name: isIn ? this.name : '',
        scopes: this.isAsked && !isIn ? [] : this.scopes,
      },
      session: isIn ? { id: 's0', endsMs: MOCK_NOW_MS + DAY_MS } : null,
      ways: { token: true, password: true, oidc: 'Example' },
    }
  }
}

function refuse(response: ServerResponse, status: number, code: string, error: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json', 'weir-error-code': code })
    .end(JSON.stringify({ status: 'error', errorType: 'bad_data', error }))
}

function session(i: number): SessionView {
  return {
    id: `s${i}`,
    name: ['ann', 'ann', 'bob@example.org'][i % 3]!,
    way: (['oidc', 'token', 'user'] as const)[i % 3]!,
    isYours: i % 3 < 2,
    isThis: i === 0,
    openedMs: MOCK_NOW_MS - i * 90 * MINUTE_MS - MINUTE_MS,
    seenMs: MOCK_NOW_MS - i * 7 * MINUTE_MS,
    endsMs: MOCK_NOW_MS + DAY_MS,
    clientIp: `10.2.0.${i % 250}`,
    agent: i % 3 === 1 ? 'curl/8.5.0' : AGENT,
  }
}

function token(i: number): TokenView {
  return {
    id: `t${i}`,
    prefix: `weir_4k1z0c9x${i % 10}m_`,
    name: ['airflow-prod', 'grafana', 'ann@example.org'][i % 3]! + (i < 3 ? '' : `-${i}`),
    scopes: ([['ingest'], ['read'], ['admin']] as const)[i % 3]!,
    createdMs: MOCK_NOW_MS - (i + 1) * DAY_MS,
    createdBy: 'ann',
    expiresMs: [MOCK_NOW_MS + 80 * DAY_MS, null, MOCK_NOW_MS - 2 * DAY_MS][i % 3]!,
    lastUsedMs: i % 3 === 1 ? null : MOCK_NOW_MS - i * MINUTE_MS,
    ...(i % 3 === 0
      ? {
          limits: { requestsPerSecond: 50, bytesPerSecond: 2 ** 20, series: 10_000 },
          refused: { requests: 3, bytes: 0, samples: 41_200, lines: 0 },
        }
      : {}),
  }
}

function changes(many: readonly number[]): AuditPage {
  return {
    entries: many.map((i) => ({
      id: String(i),
      atMs: MOCK_NOW_MS - i * 11 * MINUTE_MS,
      who: [
        { kind: 'session' as const, name: 'ann', address: '10.2.0.7' },
        { kind: 'token' as const, name: 'grafana', address: '10.2.0.9' },
        { kind: 'process' as const, name: 'start', address: '' },
      ][i % 3]!,
      action: ['silence.set', 'access.refused', 'process.start'][i % 3]!,
      target: ['f3b0c442-98fc-1c14-9afb-f4c8996fb924', '/api/v2/silences', ''][i % 3]!,
      result: i % 3 === 1 ? ('refused' as const) : ('done' as const),
      code: i % 3 === 1 ? 'ACCESS_DENIED' : '',
      details: i % 3 === 0 ? { until: '2026-11-21T18:00:00Z' } : {},
      hash: '',
    })),
    next: '',
    kept: many.length,
    chain: { state: 'whole' },
  }
}
