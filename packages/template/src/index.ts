/**
 * Go's text/template and html/template, as templates of alerts and of LogQL want them: the language, its values
 * and built-in functions, limits on what a template may cost. What a product adds (its functions, its data)
 * lies with that product.
 *
 * Reading order: `go-value` (Go's values in JavaScript's clothes), `lex`, `parse`, `nodes`, `execute`,
 * `builtins`, `go-printf`; `html/` for the escaping of html/template.
 */
export { spend, withBudget } from './budget.ts'
export { BUILTINS, queryEscape } from './builtins.ts'
export { TemplateCache } from './cache.ts'
export { type TemplateSet, executeTemplate } from './execute.ts'
export { GoDuration, durationOfMs, parseGoDuration } from './go-duration.ts'
export { formatFloat } from './go-float.ts'
export { goJson } from './go-json.ts'
export { LayoutFailure, parseTime } from './go-layout.ts'
export { printValue } from './go-printf.ts'
export { quote } from './go-quote.ts'
export { GoTime, ZERO_TIME_MS } from './go-time.ts'
export {
  type GoFunction,
  GoInteger,
  GoList,
  GoObject,
  GoStruct,
  SafeText,
  StringMap,
  TemplateFailure,
  getter,
  goFunction,
  goList,
  goStrings,
  integerOf,
  isTrue,
  textOf,
  typeName,
  variadic,
} from './go-value.ts'
export { titleWords, toLower, toUpper } from './letters.ts'
export { type TemplateBody } from './nodes.ts'
export { readFloat } from './number-literal.ts'
export { type TemplateTree, parseTemplate } from './parse.ts'
export { REGEX_FUNCTIONS } from './regex.ts'
