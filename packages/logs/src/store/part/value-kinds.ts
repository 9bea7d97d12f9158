/** The kinds of values between the literals of a shape. */
export const TEXT = 0 // between quotes, never empty
export const BARE = 1 // a number, true or false
export const ARRAY = 2 // never empty; no field of the line
export const TIME_MS = 3 // the line's own time with so many digits, in UTC, without its zone
export const TIME_US = 4
export const TIME_NS = 5
