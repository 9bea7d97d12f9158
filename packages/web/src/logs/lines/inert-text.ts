/**
 * Text of strangers, made so that it can only be read: what moves a terminal's cursor, rings its bell or
 * turns the direction of writing, or cannot be seen, becomes a sign that stands for it. Tabs and line feeds stay.
 */
export function inertText(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g,
    signOf,
  )
}

function signOf(char: string): string {
  const code = char.charCodeAt(0)
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}

/** Without the colours of a terminal, which say nothing here. */
function withoutColors(text: string): string {
  return text.includes('\u001b') ? text.replace(/\u001b\[[0-9;]{0,32}m/g, '') : text
}

/** So much of a line is shown in the list; the whole is there when it is opened. */
const SHOWN_MAX = 4000

/** A text for one line of the list. */
export function listText(text: string): string {
  const shown = inertText(withoutColors(text.slice(0, SHOWN_MAX))).trimEnd()
  return text.length > SHOWN_MAX ? `${shown}…` : shown
}

/** A stack trace, say, as the one line that it is in a list where lines do not wrap. */
export function oneLine(text: string): string {
  return text.includes('\n') ? text.replaceAll(/\n\s*/g, ' ↵ ') : text
}
