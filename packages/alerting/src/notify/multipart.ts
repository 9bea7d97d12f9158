import { randomUUID } from 'node:crypto'

export interface FormPart {
  readonly name: string
  /** A name makes it a file. */
  readonly file?: string
  readonly type?: string
  readonly content: string | Uint8Array
}

/** A form with files, RFC 7578. Names and types are ours: nothing in them needs escaping. */
export function multipart(parts: readonly FormPart[]): {
  readonly body: Uint8Array
  readonly contentType: string
} {
  const boundary = `weir-${randomUUID()}`
  const chunks = parts.flatMap(({ name, file, type, content }) => {
    const named = file === undefined ? '' : `; filename="${file}"`
    const typed = type === undefined ? '' : `content-type: ${type}\r\n`
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${named}\r\n${typed}\r\n`
    return [Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')]
  })
  return {
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}
