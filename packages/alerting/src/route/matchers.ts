/** Matchers as people write them, for whoever needs nothing else of this room. */
export { parseMatcher } from './matcher-mode.ts'
export { showMatcher } from './matcher.ts'
