/**
 * Letters as Go changes them: one for one, whatever stands beside them. JavaScript makes SS of ß.
 */
function eachLetter(text: string, change: (c: string) => string): string {
  return text.replace(/\p{L}|\p{M}|\p{N}/gu, (c) => {
    const changed = change(c)
    return Array.from(changed).length === 1 ? changed : c
  })
}

export const toUpper = (text: string): string => eachLetter(text, (c) => c.toUpperCase())
export const toLower = (text: string): string => eachLetter(text, (c) => c.toLowerCase())

/**
 * First letters up, the rest as it was. Words are as Unicode divides them: an apostrophe or a dot
 * between letters does not begin a new one.
 */
export function titleWords(text: string): string {
  return text.replace(/[\p{L}\p{N}_\p{M}]+(?:['’.:·][\p{L}\p{M}]+)*/gu, (word) =>
    word.replace(/\p{L}/u, toUpper),
  )
}
