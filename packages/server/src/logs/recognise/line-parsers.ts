import type { LineParser } from './line-parser.ts'

/** Who reads lines of text, the first that knows a line wins. */
export const LINE_PARSERS: readonly LineParser[] = []
