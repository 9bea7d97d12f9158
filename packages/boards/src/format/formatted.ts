/** A value as text, with what stands before and behind it kept apart: a page may set it smaller. */
export interface Formatted {
  readonly text: string
  readonly prefix?: string
  readonly suffix?: string
}

export interface FormatOptions {
  /** Unset or null: three significant digits. */
  readonly decimals?: number | null | undefined
  /** `utc`, `browser` or an IANA name; only dates care. */
  readonly timeZone?: string | undefined
  /** For "3 minutes ago" and dates of today. */
  readonly nowMs?: number | undefined
}

/** A value in one unit. */
export type Formatter = (value: number, options: FormatOptions) => Formatted

/** Prefix, text and suffix in a row. */
export function formattedText(value: Formatted): string {
  return `${value.prefix ?? ''}${value.text}${value.suffix ?? ''}`
}
