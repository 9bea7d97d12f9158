import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Labels } from '@weir/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { NotificationTemplates } from './alertmanager.ts'
import { NotificationData } from './notification-data.ts'

const DATA = new NotificationData({
  receiver: 'r',
  groupKey: 'k',
  groupLabels: Labels.of({ job: 'x' }),
  routeLabels: Labels.EMPTY,
  reason: '',
  externalUrl: 'http://weir.example',
  alerts: [],
})
const TEMPLATES = new NotificationTemplates([])

const FOLDER = join(import.meta.dirname, '../../../../fixtures/go-templates')
const CORPUS = ['text', 'html'].flatMap((name) =>
  readFileSync(join(FOLDER, `${name}.txt`), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('## ')),
)

/** Whether it said no in the way that is meant for it. */
function saysNoPolitely(run: () => string): boolean {
  try {
    run()
    return true
  } catch (cause) {
    return ['TemplateSyntaxError', 'TemplateFailure'].includes((cause as Error).name)
  }
}

const both = (text: string): boolean =>
  saysNoPolitely(() => TEMPLATES.expand(text, DATA, 0)) &&
  saysNoPolitely(() => TEMPLATES.expandHtml(text, DATA, 0))

test('whatever stands in a template, it is expanded or refused', () => {
  const pieces = fc.constantFrom(
    '{{',
    '}}',
    '-',
    '"',
    '`',
    '(',
    ')',
    '|',
    '.',
    '$x',
    ':=',
    ' ',
    '<a href="',
    '<script>',
    'range',
    'end',
    'if',
    'nil',
    '1',
    '\\',
    '/*',
    '*/',
    '\n',
    'printf',
    '%d',
    '>',
    "'",
  )
  const text = fc.array(fc.oneof(pieces, fc.string({ maxLength: 4, unit: 'binary' })), {
    maxLength: 30,
  })
  fc.assert(
    fc.property(text, (parts) => both(parts.join(''))),
    { numRuns: 200 },
  )
})

test('a template with a few characters lost, doubled or changed too', () => {
  const edit = fc.record({ at: fc.nat(400), cut: fc.nat(3), put: fc.string({ maxLength: 2 }) })
  fc.assert(
    fc.property(fc.constantFrom(...CORPUS), fc.array(edit, { maxLength: 3 }), (text, edits) =>
      both(edits.reduce((t, { at, cut, put }) => t.slice(0, at) + put + t.slice(at + cut), text)),
    ),
    { numRuns: 500 },
  )
})

const MEGABYTE = '{{ $x := printf "%1000s" "x" }}{{ range 10 }}{{ $x = print $x $x }}{{ end }}'

test.each([
  [
    'a list of itself twice, sixty times over',
    '{{ $l := list 1 }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ $l }}',
  ],
  [
    'the same as JSON',
    '{{ $l := list 1 }}{{ range 60 }}{{ $l = list $l $l }}{{ end }}{{ toJson $l }}',
  ],
  ['lists within lists', '{{ $l := list 1 }}{{ range 50000 }}{{ $l = list $l }}{{ end }}{{ $l }}'],
  ['a list without end', '{{ $l := list }}{{ range 100000 }}{{ $l = append $l . }}{{ end }}'],
  ['a text that doubles', '{{ $x := "xx" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}'],
  [
    'a long text, worked on again and again',
    `${MEGABYTE}{{ range 100000 }}{{ $y := toUpper $x }}{{ end }}`,
  ],
  ['a replacement that explodes', `${MEGABYTE}{{ reReplaceAll "x| " $x $x }}`],
  ['a join that explodes', `${MEGABYTE}{{ join $x (list 1 2 3 4 5 6 7 8 9) }}`],
  ['much to print', `${MEGABYTE}{{ range 50 }}{{ $x }}{{ end }}`],
  ['a width of a million, often', `{{ printf "${'%999999[1]d'.repeat(50)}" 1 }}`],
  [
    'templates that call each other',
    '{{ define "a" }}{{ template "b" . }}{{ template "b" . }}{{ end }}{{ define "b" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
  ],
])('%s ends soon, with an error', (_, text) => {
  expect(() => TEMPLATES.expand(text, DATA, 0)).toThrow(/more than|too deeply|maximum/)
})

test('large pages are read in one go', () => {
  const script = `<script>${'""'.repeat(100_000)}${'+'.repeat(100_000)}a+</script>`
  const style = `<style>${'('.repeat(100_000)}</style>`
  const page = script + style + '<a b="c">'.repeat(20_000)
  expect(TEMPLATES.expandHtml(page, DATA, 0)).toBe(page)
})

test('a route label that was worked out is a text, even one that looks like a template', () => {
  const facts = { ...DATA.facts, routeLabels: Labels.of({ owner: '{{ .Receiver }}' }) }
  const data = new NotificationData(facts)
  expect(TEMPLATES.expand('{{ routeLabels "owner" }}', data, 0)).toBe('{{ .Receiver }}')
})
