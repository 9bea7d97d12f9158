/** Dex with passwords of its own. What it keeps is in memory, so that after a start anew its keys are others. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type Kind,
  PASSWORD,
  startProgram,
  stopProgram,
} from './provider.ts'

/** Of the password of them all, by bcrypt: Dex takes nothing else. */
const PASSWORD_HASH = '$2b$12$rLL/DoMT2NwVDeEO1WtZr.BsjAUbF4u.P4cW26ky7pIkVXRoQf8r.'

const program = process.env['WEIR_LAB_DEX'] ?? ''

export const dex: Kind = {
  name: 'dex',
  missing: () => (existsSync(program) ? undefined : program),
  issuer: (port) => `http://127.0.0.1:${port}/dex`,
  config: `
    scopes: [openid, profile, email, groups]`,
  async start({ work, port, weir }) {
    const file = join(work, 'dex.json')
    const issuer = this.issuer(port)
    const user = (name: string, id: string, groups: readonly string[]): object => ({
      email: `${name}@example.org`,
      username: name,
      preferredUsername: name,
      userID: id,
      hash: PASSWORD_HASH,
      groups,
    })
    const run = (groupsOfAnn: readonly string[]): ReturnType<typeof startProgram> => {
      const config = {
        issuer,
        storage: { type: 'memory' },
        web: { http: `127.0.0.1:${port}` },
        oauth2: { skipApprovalScreen: true },
        staticClients: [
          {
            id: CLIENT_ID,
            name: 'Weir',
            secret: CLIENT_SECRET,
            redirectURIs: [`${weir}/login/oidc/callback`],
          },
        ],
        enablePasswordDB: true,
        staticPasswords: [user('ann', '1', groupsOfAnn), user('bob', '2', [])],
      }
      writeFileSync(file, JSON.stringify(config))
      return startProgram(program, ['serve', file], {
        env: {},
        url: `${issuer}/.well-known/openid-configuration`,
      })
    }
    let groups: readonly string[] = ['data-team', 'platform']
    let child = await run(groups)
    const again = async (): Promise<void> => {
      await stopProgram(child)
      child = await run(groups)
    }
    return {
      async logIn(page, name) {
        await page.locator('#login').fill(`${name}@example.org`)
        await page.locator('#password').fill(PASSWORD)
        await page.locator('#submit-login').click()
      },
      demote() {
        groups = ['data-team']
        return again()
      },
      rotate: again,
      stop: () => stopProgram(child),
    }
  },
}
