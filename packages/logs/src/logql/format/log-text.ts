import type { Matcher } from '@weir/model'
import { GoDuration, quote } from '@weir/template'
import type {
  ChosenLabel,
  ExtractedLabel,
  FormattedLabel,
  LabelFilter,
  LineFilterStage,
  Stage,
  Unwrap,
} from '../ast.ts'
import { sizeBytes } from '../quantities.ts'

/** Selectors and stages as text, each on one line, as Loki writes them. */

export function selectorText(matchers: readonly Matcher[]): string {
  return `{${matchers.map(matcherText).join(', ')}}`
}

function matcherText({ name, operator, value }: Matcher): string {
  return `${name}${operator}${quote(value)}`
}

export function stageText(stage: Stage): string {
  switch (stage.kind) {
    case 'line':
      return lineFilterText(stage)
    case 'json':
      return `| json${extractedText(stage.labels)}`
    case 'logfmt': {
      const flags = `${stage.isStrict ? ' --strict' : ''}${stage.keepsEmpty ? ' --keep-empty' : ''}`
      return `| logfmt${flags}${extractedText(stage.labels)}`
    }
    case 'pattern':
    case 'regexp':
      return `| ${stage.kind} ${quote(stage.text)}`
    case 'unpack':
    case 'decolorize':
      return `| ${stage.kind}`
    case 'filter':
      return `| ${filterText(stage.filter)}`
    case 'line_format':
      return `| line_format ${quote(stage.template)}`
    case 'label_format':
      return `| label_format ${stage.labels.map(formattedText).join(',')}`
    case 'drop':
    case 'keep':
      return `| ${stage.kind} ${stage.labels.map(chosenText).join(',')}`
    default:
      return stage satisfies never
  }
}

/** None of several is each of them not. */
function lineFilterText({ operator, alternatives }: LineFilterStage): string {
  const texts = alternatives.map(({ text, isIp }) => (isIp ? `ip(${quote(text)})` : quote(text)))
  return operator.startsWith('!')
    ? texts.map((text) => `${operator} ${text}`).join(' ')
    : `${operator} ${texts.join(' or ')}`
}

function extractedText(labels: readonly ExtractedLabel[]): string {
  if (labels.length === 0) return ''
  return ` ${labels.map(({ name, expression }) => `${name}=${quote(expression)}`).join(',')}`
}

function formattedText(label: FormattedLabel): string {
  return `${label.name}=${label.kind === 'rename' ? label.from : quote(label.template)}`
}

function chosenText({ name, matcher }: ChosenLabel): string {
  return matcher === undefined ? name : matcherText(matcher)
}

function filterText(filter: LabelFilter): string {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const word = filter.kind === 'or' ? 'or' : ','
      return `( ${filterText(filter.left)} ${word} ${filterText(filter.right)} )`
    }
    case 'string':
      return matcherText(filter.matcher)
    case 'ip':
      return `${filter.name}${filter.operator}ip(${quote(filter.text)})`
    case 'number':
      return `${filter.name}${filter.operator}${plainNumber(filter.value)}`
    case 'duration':
      return `${filter.name}${filter.operator}${new GoDuration(BigInt(filter.value)).toString()}`
    case 'bytes':
      return `${filter.name}${filter.operator}${sizeText(filter.value)}`
    default:
      return filter satisfies never
  }
}

/** Without an exponent. */
export function plainNumber(value: number): string {
  const text = String(value)
  return text.includes('e-') ? value.toFixed(20).replace(/0+$/, '') : text
}

const SIZE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB', 'EB']

/** Two digits and a unit as go-humanize has it, where that is exact; else the bytes. */
function sizeText(bytes: number): string {
  if (bytes < 10) return `${bytes}B`
  const unit = Math.min(Math.floor(Math.log10(bytes) / 3), SIZE_UNITS.length - 1)
  const count = bytes / 1000 ** unit
  const text = `${count < 10 ? count.toFixed(1) : Math.round(count)}${SIZE_UNITS[unit]}`
  return sizeBytes(text) === bytes ? text : `${bytes}B`
}

/** `| unwrap` and the conditions behind it, one a line. */
export function unwrapTexts({ name, conversion, filters }: Unwrap): string[] {
  const what = conversion === undefined ? name : `${conversion}(${name})`
  return [`| unwrap ${what}`, ...filters.map((filter) => `| ${filterText(filter)}`)]
}
