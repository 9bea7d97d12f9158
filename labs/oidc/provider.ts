/** What the lab asks of each provider. All know ann, of the groups `data-team` and `platform`, and bob, of none. */
import { type ChildProcess, spawn } from 'node:child_process'
import type { Page } from 'playwright-core'

interface Place {
  /** A folder of this provider's own. */
  readonly work: string
  readonly port: number
  /** Where Weir's page is, without a slash at the end. */
  readonly weir: string
}

export interface Kind {
  readonly name: string
  /** Where it was looked for; undefined when it is there. */
  missing(): string | undefined
  issuer(port: number): string
  /** More of `auth.oidc`, as lines of YAML. */
  readonly config: string
  start(place: Place): Promise<Provider>
}

export interface Provider {
  /** Types in who it is, on the provider's own pages, until it sends the browser back. */
  logIn(page: Page, user: 'ann' | 'bob'): Promise<void>
  /** Says yes on the provider's page where it asks; absent where it has no logging out. */
  readonly logOut?: (page: Page) => Promise<void>
  /** Takes ann out of `platform`. */
  demote(): Promise<void>
  /** Signs with a new key from now on. */
  rotate(): Promise<void>
  stop(): Promise<void>
}

export const CLIENT_ID = 'weir'
export const CLIENT_SECRET = 'lab-secret-0123456789-0123456789'
export const PASSWORD = 'lab-password'

const START_MS_MAX = 600_000

/** A program of its own group, whose output goes nowhere; resolves once `url` answers. */
export async function startProgram(
  command: string,
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly url: string },
): Promise<ChildProcess> {
  const child = spawn(command, args, {
    stdio: process.env['WEIR_LAB_LOUD'] ? 'inherit' : 'ignore',
    detached: true,
    env: { ...process.env, ...options.env },
  })
  process.once('exit', () => stopGroup(child, 'SIGKILL'))
  const giveUpAt = Date.now() + START_MS_MAX
  for (;;) {
    const isThere = await fetch(options.url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isThere) return child
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`)
    if (Date.now() > giveUpAt) throw new Error(`${command} does not answer at ${options.url}`)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

export async function stopProgram(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  stopGroup(child, 'SIGTERM')
  await ended
}

function stopGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal)
  } catch {
    // it has ended
  }
}
