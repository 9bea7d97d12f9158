/** What stands in place of a secret. */
export const HIDDEN = '<secret>'

/** In a query string, what these are called is what they are. */
const SECRET_WORD =
  '(?:token|key|secret|sig|signature|pass|passwd|password|auth|credentials?|code|session)'
const SECRET_PARAMETER = new RegExp(`([?&;][^=&;#\\s]*${SECRET_WORD}=)[^&;#\\s]*`, 'gi')
const SECRET_PARAMETER_NAME = new RegExp(`${SECRET_WORD}$`, 'i')

const USER_INFO = /([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/gi

/** Whether a parameter of this name is a secret: `access_token`, `apikey`. */
export function isSecretParameter(name: string): boolean {
  return SECRET_PARAMETER_NAME.test(name)
}

/** A text in which addresses show neither user nor password nor secret parameters. */
export function redactText(text: string): string {
  return text.replaceAll(USER_INFO, `$1${HIDDEN}@`).replaceAll(SECRET_PARAMETER, `$1${HIDDEN}`)
}
