import { type KeyValueStore, systemClock } from '@weir/model'
import { AccessDesk } from '../access/access-desk.ts'
import { type LoginDesk, openLogin } from '../access/session/login-desk.ts'
import { WebDoor, watching } from '../access/web-door.ts'
import { TrustedProxies } from '../network/trusted-proxies.ts'
import type { Ground } from './ground.ts'

/** Who may come in: what the web configuration file says of the port, tokens and proxies, logging in on the page. */
export class AccessSide {
  readonly door: WebDoor
  readonly desk: AccessDesk
  readonly login: LoginDesk
  readonly proxies: TrustedProxies
  readonly #ground: Ground

  /** @throws {WeirError} `CONFIG_INVALID` for a bad web configuration file */
  constructor(ground: Ground) {
    this.#ground = ground
    const { auth, web } = ground.config
    const telemetry = ground.telemetry('access')
    this.proxies = new TrustedProxies(web.trusted_proxies)
    this.door = new WebDoor({ file: web.config_file, clock: systemClock, telemetry })
    this.desk = new AccessDesk({ door: this.door, auth, clock: systemClock, telemetry })
    this.login = openLogin(this.desk, {
      auth,
      clock: systemClock,
      telemetry: ground.telemetry('login'),
    })
    ground.closers.use(this.login)
  }

  /** Reads the files of the door again when they change. */
  watchDoor(): void {
    this.#ground.closers.use(watching(this.door))
  }

  /** Reads back the tokens and sessions that are kept. */
  open(store: KeyValueStore): void {
    this.desk.open(store)
    this.login.open(store)
  }
}
