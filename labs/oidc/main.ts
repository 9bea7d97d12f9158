/** The lab; `run` calls this. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, type BrowserContext, type Page, chromium } from 'playwright-core'
import { freePort } from '../stand/free-port.ts'
import { Verdicts, say } from '../stand/verdicts.ts'
import { startReceiver, startWeir } from '../stand/weir.ts'
import { dex } from './dex.ts'
import { keycloak } from './keycloak.ts'
import { CLIENT_ID, CLIENT_SECRET, type Kind, type Provider } from './provider.ts'
import { strict } from './strict.ts'

const PATIENCE_MS = 120_000
const PAGE = '/status?tab=config'

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const work = mkdtempSync(join(tmpdir(), 'weir-lab-oidc-'))
const verdicts = new Verdicts()
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update'],
})
try {
  const wanted = process.argv.slice(2)
  for (const kind of [strict, dex, keycloak]) {
    if (wanted.length > 0 && !wanted.includes(kind.name)) continue
    const missing = kind.missing()
    if (missing !== undefined) say(`skip ${kind.name}: ${missing} is not there`)
    else await lab(kind)
  }
} finally {
  await browser.close()
  if (process.env['WEIR_LAB_KEEP']) say(`kept ${work}`)
  else rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
verdicts.close()

async function lab(kind: Kind): Promise<void> {
  const take = (what: string, isTrue: boolean, seen: string): boolean =>
    verdicts.take(`${kind.name}: ${what}`, isTrue, seen)
  const [port, weirPort] = [await freePort(), await freePort()]
  const own = join(work, kind.name)
  mkdirSync(own)
  const receiver = await startReceiver()
  const log: string[] = []
  const weir = await startWeir(own, {
    webhookUrl: receiver.url,
    config: configOf(kind, port, weirPort),
    port: weirPort,
    onLine: (line) => void log.push(line),
  })
  let provider: Provider | undefined
  try {
    const where = await leave(weir.web)
    take('while it is away, Weir is there and says so', where.includes('PROVIDER_AWAY'), where)
    const isTold = log.some((line) => line.includes('wait for their provider'))
    take('the log says so from the start', isTold, isTold ? 'told' : 'not told')

    provider = await kind.start({ work: own, port, weir: weir.web })
    say(`${kind.name} at ${kind.issuer(port)}, Weir at ${weir.web}`)
    const ann = await visitor(browser)
    const addresses: URL[] = []
    ann.page.on('request', (request) => addresses.push(new URL(request.url())))
    await logIn(ann.page, weir.web, () => provider!.logIn(ann.page, 'ann'))
    take('ann is where she wanted to be', ann.page.url() === weir.web + PAGE, ann.page.url())

    const asked = addresses.find(({ searchParams }) => searchParams.has('code_challenge'))
    const proofs = ['code_challenge_method', 'state', 'nonce']
    const shown = proofs.map((name) => asked?.searchParams.get(name)?.length ?? 0).join(' ')
    take('PKCE, state and nonce go along', /^4 43 43$/.test(shown), `lengths ${shown}`)

    const cookie = (await ann.context.cookies()).find(({ name }) => name === 'weir')
    const flags = `${cookie?.httpOnly} ${cookie?.sameSite} ${cookie?.path}`
    take('the cookie is for this host, and no script', flags === 'true Strict /', flags)
    const before = await scopesOf(ann.page)
    take('groups are scopes', before === 'ann: admin, ingest, read, write', before)

    const back = addresses.find(({ pathname }) => pathname === '/login/oidc/callback')
    const twice = await redirected(back?.href ?? '')
    take('who has her address comes in no second time', twice.includes('LOGIN_FAILED'), twice)
    const forged = new URL(back?.href ?? weir.web)
    forged.searchParams.set('state', 'x'.repeat(43))
    await ann.page.goto(forged.href)
    const forgedTo = ann.page.url()
    take('another state leads nowhere', forgedTo.includes('LOGIN_FAILED'), forgedTo)

    const bob = await visitor(browser)
    await bob.page.goto(`${weir.web}${PAGE}`)
    await bob.page.getByRole('link', { name: 'Continue with Lab' }).click()
    await provider.logIn(bob.page, 'bob')
    await bob.page.waitForURL(/error=/)
    const refused = bob.page.url()
    take('bob, who is in no group, is told so', refused.includes('LOGIN_NO_ACCESS'), refused)

    await provider.demote()
    const kept = await scopesOf(ann.page)
    take('who left a group keeps the session until the recheck', kept === before, kept)
    await logOut(ann.page, weir.web, provider)
    const isOut = await scopesOf(ann.page)
    take('after logging out nobody is known', isOut === ': ', isOut)
    const isAsked = await ann.page
      .goto(`${weir.web}${PAGE}`)
      .then(() => ann.page.getByRole('link', { name: 'Continue with Lab' }).isVisible())
    take('and the page asks who comes', isAsked || (await isLogin(ann.page)), ann.page.url())
    // Dex has other keys since it was started anew.
    await loginsUntilIn(ann.page, weir.web, provider)
    const after = await scopesOf(ann.page)
    take('at the next login the group is gone', after === 'ann: read', after)

    await provider.rotate()
    const another = await visitor(browser)
    const tries = await loginsUntilIn(another.page, weir.web, provider)
    take('with a new key one gets in, at the second try at most', tries <= 2, `${tries} tries`)

    await provider.stop()
    provider = undefined
    const still = await scopesOf(ann.page)
    take('sessions go on without it', still === after, still)
    const isQuiet = !log.some((line) => line.includes(CLIENT_SECRET) || line.includes('code='))
    take('no secret and no code is in the log', isQuiet, isQuiet ? 'none' : 'there is one')
  } catch (error) {
    take('it goes to its end', false, (error as Error).message)
    for (const [i, page] of browser
      .contexts()
      .flatMap((one) => one.pages())
      .entries()) {
      const path = join(own, `${i}.png`)
      await page.screenshot({ path })
      say(`${page.url()} looks so: ${path} (with WEIR_LAB_KEEP=1)`)
    }
  } finally {
    await Promise.all(browser.contexts().map((context) => context.close()))
    await provider?.stop()
    await weir.stop()
    receiver.close()
  }
}

function configOf(kind: Kind, port: number, weirPort: number): string {
  return `
web: { external_url: 'http://127.0.0.1:${weirPort}' }
packs: { disabled: [weir] }
auth:
  oidc:
    name: Lab
    issuer: ${kind.issuer(port)}
    client_id: ${CLIENT_ID}
    client_secret: ${CLIENT_SECRET}
    groups: { data-team: [read], platform: [admin] }${kind.config}
`
}

interface Visitor {
  readonly context: BrowserContext
  readonly page: Page
}

/** Somebody with a browser of his own. */
async function visitor(of: Browser): Promise<Visitor> {
  const context = await of.newContext()
  context.setDefaultTimeout(PATIENCE_MS)
  return { context, page: await context.newPage() }
}

async function logIn(page: Page, web: string, atProvider: () => Promise<void>): Promise<void> {
  await page.goto(`${web}${PAGE}`)
  await page.getByRole('link', { name: 'Continue with Lab' }).click()
  await atProvider()
  await page.getByRole('heading', { name: 'Flags' }).waitFor()
}

/** As the page does, and on at the provider where that is wanted. */
async function logOut(page: Page, web: string, provider: Provider): Promise<void> {
  const next = await page.evaluate(async () => {
    const headers = { 'weir-page': '1' }
    const answer = await fetch('/api/weir/v1/logout', { method: 'POST', headers })
    return ((await answer.json()) as { readonly next: string }).next
  })
  await page.goto(new URL(next, web).href)
  if (provider.logOut === undefined) return
  await provider.logOut(page)
  await page.waitForURL(`${web}/login**`)
}

async function isLogin(page: Page): Promise<boolean> {
  await page.getByRole('link', { name: 'Continue with Lab' }).waitFor()
  return true
}

/** Who the browser is to Weir: `ann: read`. */
async function scopesOf(page: Page): Promise<string> {
  return page.evaluate(async () => {
    const answer = await fetch('/api/weir/v1/whoami')
    const { who } = (await answer.json()) as {
      readonly who: { readonly name: string; readonly scopes: string[] }
    }
    return `${who.name}: ${who.scopes.toSorted().join(', ')}`
  })
}

/** How often ann has to try; 5 when that was not enough. */
async function loginsUntilIn(page: Page, web: string, provider: Provider): Promise<number> {
  for (let tries = 1; tries < 5; tries++) {
    await page.context().clearCookies()
    await page.goto(`${web}${PAGE}`)
    await page.getByRole('link', { name: 'Continue with Lab' }).click()
    await provider.logIn(page, 'ann')
    await page.waitForURL((url) => url.href.startsWith(web) && !url.pathname.endsWith('/callback'))
    if ((await scopesOf(page)).startsWith('ann')) return tries
  }
  return 5
}

/** Where Weir sends somebody who wants to log in. */
function leave(web: string): Promise<string> {
  return redirected(`${web}/login/oidc`)
}

async function redirected(address: string): Promise<string> {
  const { headers } = await fetch(address, { redirect: 'manual' })
  return headers.get('location') ?? 'nowhere'
}
