import { expect, test } from 'vitest'
import { BUILTINS } from './builtins.ts'
import { TEMPLATE_LIMITS, executeTemplate } from './execute.ts'
import { GoTime } from './go-time.ts'
import { StringMap, goFunction } from './go-value.ts'
import { parseTemplate } from './parse.ts'

const FUNCTIONS = new Map([
  ...BUILTINS,
  ['upper', goFunction(['string'], ([text]) => (text as string).toUpperCase())] as const,
  ['half', goFunction(['float'], ([value]) => (value as number) / 2)] as const,
])

const DATA = new Map<string, unknown>([
  ['Name', 'weir'],
  ['Empty', ''],
  ['Int', 7n],
  ['Float', 2.5],
  ['Yes', true],
  ['List', ['a', 'b', 'c']],
  ['None', []],
  [
    'Labels',
    new StringMap([
      ['job', 'x'],
      ['a.b', 'dotted'],
    ]),
  ],
  ['Deep', new Map<string, unknown>([['Er', new Map<string, unknown>([['Est', 'bottom']])]])],
  ['Time', new GoTime(Date.UTC(2026, 10, 21, 4, 5, 6, 70), 'UTC')],
])

function run(text: string): string {
  const tree = parseTemplate(text, { name: 't', functions: FUNCTIONS })
  const set = { name: 't', functions: FUNCTIONS, definitions: tree.definitions }
  return executeTemplate(set, tree.main, DATA)
}

test.each([
  // text, trimming, comments
  ['plain', 'plain'],
  ['a {{- 1 -}} b', 'a1b'],
  ['a {{- /* gone */ -}} b', 'ab'],
  ['a{{/* gone */}}b', 'ab'],
  ['{{ 3 -}}\n  x', '3x'],
  ['x \n\t{{- 3}}', 'x3'],
  ['{{-3}}', '-3'], // no blank behind the dash: a negative number
  ['{{"{{"}}', '{{'],
  // values
  ['{{.Name}}', 'weir'],
  ['{{.Deep.Er.Est}}', 'bottom'],
  ['{{.Missing}}', '<no value>'],
  ['{{.Labels.job}}|{{.Labels.nope}}|{{index .Labels "a.b"}}', 'x||dotted'],
  ['{{.Labels}}', 'map[a.b:dotted job:x]'],
  ['{{.List}} {{len .List}} {{index .List 1}}', '[a b c] 3 b'],
  ['{{.Float}} {{.Int}} {{.Yes}}', '2.5 7 true'],
  ['{{1.0}} {{1e3}} {{0x1F}} {{0b11}} {{1_000}} {{017}}', '1 1000 31 3 1000 15'],
  ['{{\'a\'}} {{`raw\\n`}} {{"tab\\t\\x41\\u00e9"}}', '97 raw\\n tab\tAé'],
  ['{{true}} {{false}}', 'true false'],
  // pipelines
  ['{{.Name | upper | printf "%s!"}}', 'WEIR!'],
  ['{{printf "%d-%s" .Int .Name}}', '7-weir'],
  ['{{half 3}} {{half 1.5}}', '1.5 0.75'],
  ['{{(index .List 0) | upper}}', 'A'],
  ['{{(.Deep.Er).Est}}', 'bottom'],
  ['{{.Name | }}', 'weir'], // Go lets it pass
  ['{{with .Deep}}{{.Er.Est}}{{end}}', 'bottom'],
  // variables
  ['{{$x := 1}}{{$x}}{{$x = 2}}{{$x}}', '12'],
  ['{{$x := 1}}{{if true}}{{$x = 5}}{{$x := 9}}{{$x}}{{end}}{{$x}}', '95'],
  ['{{with $y := .Name}}{{$y}}{{$.Int}}{{end}}', 'weir7'],
  ['{{$m := .Deep}}{{$m.Er.Est}}', 'bottom'],
  // branches
  ['{{if .Empty}}a{{else if .Name}}b{{else}}c{{end}}', 'b'],
  ['{{if not .Yes}}a{{else}}b{{end}}', 'b'],
  ['{{with .Empty}}a{{else with .Name}}{{.}}{{else}}c{{end}}', 'weir'],
  ['{{range .List}}<{{.}}>{{end}}', '<a><b><c>'],
  ['{{range $i, $e := .List}}{{$i}}{{$e}} {{end}}', '0a 1b 2c '],
  ['{{range $e := .List}}{{$e}}{{end}}', 'abc'],
  ['{{range .None}}x{{else}}none{{end}}', 'none'],
  ['{{range $k, $v := .Labels}}{{$k}}={{$v};{{end}}', undefined],
  ['{{range $k, $v := .Labels}}{{$k}}={{$v}};{{end}}', 'a.b=dotted;job=x;'],
  ['{{range 3}}{{.}}{{end}}', '012'],
  ['{{range .List}}{{if eq . "b"}}{{continue}}{{end}}{{.}}{{end}}', 'ac'],
  ['{{range .List}}{{if eq . "b"}}{{break}}{{end}}{{.}}{{end}}', 'a'],
  // definitions
  ['{{define "x"}}[{{.}}]{{end}}{{template "x" .Name}}{{template "x"}}', '[weir][<no value>]'],
  ['{{block "b" .Int}}({{.}}){{end}}', '(7)'],
  ['{{define "r"}}{{if gt . 0}}{{.}}{{end}}{{end}}{{template "r" 3}}', '3'],
  // logic and comparison
  ['{{and 1 0 2}} {{or 0 "" "x"}} {{and true}} {{or false nil}}', '0 x true <no value>'],
  ['{{or .Yes (index .List 99)}}', 'true'], // stops before it fails
  ['{{eq .Int 7}} {{eq .Name "x" "weir"}} {{ne 1 2}} {{eq nil nil}}', 'true true true true'],
  ['{{lt 1 2}}{{le 2 2}}{{gt 1.5 1.0}}{{ge "b" "a"}}', 'truetruetruetrue'],
  // builtins
  ['{{len "é"}} {{slice "abcdef" 1 3}} {{slice .List 1}} {{index "abc" 1}}', '2 bc [b c] 98'],
  ['{{html "<a href=\'x\'>&\\""}}', '&lt;a href=&#39;x&#39;&gt;&amp;&#34;'],
  ['{{js "it\'s <b>"}}', "it\\'s \\u003Cb\\u003E"],
  ['{{urlquery "a b&c=d/é"}}', 'a+b%26c%3Dd%2F%C3%A9'],
  ['{{print 1 2 "x" 3}} {{print "a" "b"}} {{println 1 "x"}}', '1 2x3 ab 1 x\n'],
  ['{{printf "%5d|%-5d|%05d|%+d" 42 42 42 42}}', '   42|42   |00042|+42'],
  ['{{printf "%.2f %8.3f %e %g" 3.14159 2.5 1234.5 0.1}}', '3.14    2.500 1.234500e+03 0.1'],
  [
    '{{printf "%q %x %X %T %v %t" "a\\"b" "hi" 255 1.5 .List true}}',
    '"a\\"b" 6869 FF float64 [a b c] true',
  ],
  ['{{printf "%d %s" "x" 1}}', '%!d(string=x) %!s(int=1)'],
  ['{{printf "%d"}} {{printf "x" 1}} {{printf "100%%"}}', '%!d(MISSING) x%!(EXTRA int=1) 100%'],
  ['{{printf "%*d|%-6s|" 5 42 "ab"}}', '   42|ab    |'],
  // time
  ['{{.Time}}', '2026-11-21 04:05:06.07 +0000 UTC'],
  ['{{.Time.Format "Mon, 02 Jan 2006 15:04:05 MST"}}', 'Sat, 21 Nov 2026 04:05:06 UTC'],
  ['{{.Time.Format "3:04PM .000 Z07:00 -0700"}}', '4:05AM .070 Z +0000'],
  [
    '{{.Time.Year}} {{.Time.Month}} {{.Time.Weekday}} {{.Time.Unix}}',
    '2026 November Saturday 1795233906',
  ],
])('%j is %j', (text, want) => {
  if (want === undefined) expect(() => run(text)).toThrow()
  else expect(run(text)).toBe(want)
})

test.each([
  ['{{', 'unclosed action'],
  ['{{.X', 'unclosed action'],
  ['{{"x}}', 'unterminated quoted string'],
  ['{{nope}}', 'function "nope" not defined'],
  ['{{$x}}', 'undefined variable "$x"'],
  ['{{if true}}', 'unexpected EOF'],
  ['{{end}}', 'unexpected {{end}}'],
  ['{{else}}', 'unexpected {{else}}'],
  ['{{if true}}{{else}}{{else}}{{end}}', 'expected end; found {{else}}'],
  ['{{if}}{{end}}', 'missing value for if'],
  ['{{}}', 'missing value for command'],
  ['{{| .X}}', 'unexpected "|" in command'],
  ['{{(1}}', 'unclosed left paren'],
  ['{{1)}}', 'unexpected right paren'],
  ['{{1 | 2}}', 'non executable command in pipeline stage 2'],
  ['{{break}}', '{{break}} outside {{range}}'],
  ['{{define "x"}}', 'unexpected EOF'],
  ['{{/* x }}', 'unclosed comment'],
  ['{{3x}}', 'bad number syntax: "3x"'],
  ['{{template}}', 'unexpected "}}" in template clause'],
  ['{{.A.B C}}', 'function "C" not defined'],
  ['{{#x}}', 'unexpected "#" in command'],
  ['{{\u0001}}', 'unrecognized character in action'],
  ['{{"a".b}}', 'unexpected . after term'],
])('%j is refused when it is parsed: %j', (text, want) => {
  expect(() => run(text)).toThrow(want)
})

test.each([
  [
    '{{.Name.Foo}}',
    'template: t:1:7: executing "t" at <.Name.Foo>: can\'t evaluate field Foo in type interface {}',
  ],
  ['{{.Missing.Foo}}', 'nil pointer evaluating interface {}.Foo'],
  ['{{index .List 9}}', 'index out of range: 9'],
  ['{{upper 1}}', 'at <1>: expected string; found 1'],
  ['{{upper}}', 'wrong number of args for upper: want 1 got 0'],
  ['{{.Name "x"}}', 'Name is not a method but has arguments'],
  ['{{gt .Float 1}}', 'incompatible types for comparison'],
  ['{{eq 1 1.0}}', 'incompatible types for comparison'],
  ['{{template "nope"}}', 'template "nope" not defined'],
  ['{{len 3}}', 'len of type int'],
  ['{{range .Name}}{{end}}', "range can't iterate over weir"],
  ['{{nil}}', 'nil is not a command'],
  ['{{define "x"}}{{template "x"}}{{end}}{{template "x"}}', 'exceeded maximum template depth'],
  ['{{range 1000}}{{range 1000}}{{end}}{{end}}', `more than ${TEMPLATE_LIMITS.steps} steps`],
  ['{{range 2000}}{{printf "%1000d" 1}}{{end}}', 'characters of output'],
])('%j fails when it runs: %j', (text, want) => {
  expect(() => run(text)).toThrow(want)
})
