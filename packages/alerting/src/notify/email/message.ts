import addressparser from 'nodemailer/lib/addressparser'
import type { Picture } from '../picture.ts'

/** A mail, filled in. */
export interface MailParts {
  readonly headers: ReadonlyMap<string, string>
  readonly date: Date
  readonly text: string
  readonly html: string
  /** Shown where the HTML names {@link PICTURE_CID}. */
  readonly picture: Picture | undefined
}

/** The name that the picture has within its mail. */
export const PICTURE_CID = 'series@weir'

/**
 * Writes a mail as it travels: multipart/alternative with the text first, encoded words in headers,
 * nothing that is longer than a line may be.
 */
export async function composeMail({
  headers,
  date,
  text,
  html,
  picture,
}: MailParts): Promise<Buffer> {
  const others = [...headers].filter(([name]) => !OWN.has(name))
  const oneLine = (name: string): string => (headers.get(name) ?? '').replace(/[\r\n]+/g, ' ')
  // Loaded when first needed: most never send a mail, and it takes 10 MiB.
  const { default: MailComposer } = await import('nodemailer/lib/mail-composer')
  const composer = new MailComposer({
    from: oneLine('From'),
    to: oneLine('To'),
    subject: oneLine('Subject'),
    messageId: oneLine('Message-Id'),
    date,
    headers: Object.fromEntries(others.map(([name]) => [name, oneLine(name)])),
    ...(text === '' ? {} : { text }),
    ...(html === '' ? {} : { html }),
    attachments:
      picture === undefined
        ? []
        : [
            {
              cid: PICTURE_CID,
              filename: 'series.png',
              contentType: 'image/png',
              contentDisposition: 'inline',
              content: Buffer.from(picture.png),
            },
          ],
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'win',
  })
  return composer.compile().build()
}

const OWN: ReadonlySet<string> = new Set(['From', 'To', 'Subject', 'Message-Id', 'Date'])

/**
 * The bare addresses of a list as in a To header.
 *
 * @throws {Error} for what is no address
 */
export function addressesOf(list: string): string[] {
  return addressparser(list, { flatten: true }).map(({ address }) => {
    if (/^[^\s@<>]+@[^\s@<>]+$/.test(address)) return address
    throw new Error(`want addresses such as a@example.org, got ${JSON.stringify(list)}`)
  })
}
