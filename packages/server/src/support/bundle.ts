import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { TAR_END, padding, tarHeader } from '../backup/tar.ts'
import { HIDDEN, redactText } from '../config/redact-text.ts'

const pack = promisify(gzip)

/** A file of a support bundle. */
export interface BundleFile {
  readonly name: string
  /** What it is, for the list of contents. */
  readonly about: string
  readonly text: string
}

/** Longer ones are cut: what somebody reads is at the beginning, but of a log at the end. */
const CHARACTERS_MAX = 32 * 1024 * 1024

/**
 * A bundle: a tar, packed by gzip, with a list of contents. Addresses lose users, passwords and secret
 * parameters; each secret of the configuration is replaced wherever it stands.
 */
export async function packBundle(
  files: readonly BundleFile[],
  secrets: readonly string[],
  createdMs: number,
): Promise<Uint8Array> {
  const clean = scrubber(secrets)
  const all = [contents(files, createdMs), ...files]
  const pieces = all.flatMap(({ name, text }) => {
    const bytes = Buffer.from(clean(text.slice(0, CHARACTERS_MAX)))
    return [
      tarHeader(`weir-support/${name}`, bytes.length, createdMs),
      bytes,
      padding(bytes.length),
    ]
  })
  return pack(Buffer.concat([...pieces, TAR_END]))
}

/** Takes secrets out of a text, in each form in which they may stand in it. */
export function scrubber(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(
    secrets.flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64').replace(/=+$/, ''),
    ]),
  )
  return (text) => {
    let clean = redactText(text)
    for (const form of forms) clean = clean.replaceAll(form, HIDDEN)
    return clean
  }
}

function contents(files: readonly BundleFile[], createdMs: number): BundleFile {
  const width = Math.max(...files.map(({ name }) => name.length))
  const lines = files.map(({ name, about }) => `${name.padEnd(width)}  ${about}`)
  const text = `What a Weir was like at ${new Date(createdMs).toISOString()}, for a report of a mistake in it.

${lines.join('\n')}

Passwords, tokens, keys, headers, and the secret parts of addresses are replaced by ${HIDDEN}. Names of
hosts, jobs, metrics and labels are not, nor what log lines say: look through it before you send it.
`
  return { name: 'README.txt', about: '', text }
}
