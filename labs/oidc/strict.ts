/**
 * oidc-provider of npm, as strict as it comes: claims are in the user info and not in the ID token, PKCE is wanted, and
 * what its client is not registered for is refused.
 */
import { generateKeyPairSync } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CLIENT_ID, CLIENT_SECRET, type Kind, PASSWORD } from './provider.ts'

const folder = process.env['WEIR_LAB_OIDC_PROVIDER'] ?? ''
const installed = join(folder, 'node_modules/oidc-provider/package.json')

/** What of the package is used. */
interface Package {
  readonly default: new (
    issuer: string,
    configuration: object,
  ) => { listen(port: number, host: string, ready: () => void): Server }
}

export const strict: Kind = {
  name: 'oidc-provider',
  missing: () => (existsSync(installed) ? undefined : installed),
  issuer: (port) => `http://127.0.0.1:${port}`,
  config: `
    scopes: [openid, profile, email, groups]
    logout: true`,
  async start({ port, weir }) {
    const found = createRequire(join(folder, 'package.json')).resolve('oidc-provider')
    const { default: Provider } = (await import(pathToFileURL(found).href)) as Package
    const groups: Record<string, readonly string[]> = { ann: ['data-team', 'platform'] }
    const run = (): Promise<Server> => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const provider = new Provider(this.issuer(port), {
        clients: [
          {
            client_id: CLIENT_ID,
            client_secret: CLIENT_SECRET,
            redirect_uris: [`${weir}/login/oidc/callback`],
            post_logout_redirect_uris: [`${weir}/login`],
          },
        ],
        pkce: { required: () => true },
        jwks: { keys: [privateKey.export({ format: 'jwk' })] },
        cookies: { keys: ['lab'] },
        scopes: ['openid', 'profile', 'email', 'groups'],
        claims: {
          openid: ['sub'],
          profile: ['preferred_username'],
          email: ['email', 'email_verified'],
          groups: ['groups'],
        },
        features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
        findAccount: async (_context: unknown, id: string) => ({
          accountId: id,
          claims: async () => ({
            sub: id,
            preferred_username: id,
            email: `${id}@example.org`,
            email_verified: true,
            groups: groups[id] ?? [],
          }),
        }),
      })
      return new Promise((resolve) => {
        const server = provider.listen(port, '127.0.0.1', () => resolve(server))
      })
    }
    let server = await run()
    const stop = (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      })
    return {
      async logIn(page, name) {
        await page.locator('input[name=login]').fill(name)
        await page.locator('input[name=password]').fill(PASSWORD)
        await page.locator('button[type=submit]').click()
        await page.getByRole('button', { name: 'Continue' }).click()
      },
      logOut: (page) => page.locator('button[value=yes]').click(),
      async demote() {
        groups['ann'] = ['data-team']
      },
      async rotate() {
        await stop()
        server = await run()
      },
      stop,
    }
  },
}
