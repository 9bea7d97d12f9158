import { Labels } from '@weir/model'
import { expect, test } from 'vitest'
import { NotificationTemplates } from './alertmanager.ts'
import { NotificationData } from './notification-data.ts'

const EVIL = `"><script>alert('1')</script>`

const DATA = new NotificationData({
  receiver: 'r',
  groupKey: 'k',
  groupLabels: Labels.of({ evil: EVIL, js: 'javascript:alert(1)', url: 'https://h/a b?x=1&y=<' }),
  routeLabels: Labels.EMPTY,
  reason: '',
  externalUrl: 'https://weir.example',
  alerts: [],
})

const templates = new NotificationTemplates([])
const html = (text: string): string => templates.expandHtml(text, DATA, 0)

test.each([
  [
    '<p>{{ .GroupLabels.evil }}</p>',
    '<p>&#34;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;</p>',
  ],
  ['<p>{{ safeHtml "<b>x</b>" }}{{ "<b>" }}</p>', '<p><b>x</b>&lt;b&gt;</p>'],
  ['<a href="{{ .GroupLabels.js }}">x</a>', '<a href="#ZgotmplZ">x</a>'],
  ['<a href="{{ safeUrl .GroupLabels.js }}">x</a>', '<a href="javascript:alert%281%29">x</a>'],
  ['<a href="{{ .GroupLabels.url }}">x</a>', '<a href="https://h/a%20b?x=1&amp;y=%3c">x</a>'],
  [
    '<a href="/q?a={{ .GroupLabels.url }}">x</a>',
    '<a href="/q?a=https%3a%2f%2fh%2fa%20b%3fx%3d1%26y%3d%3c">x</a>',
  ],
  ['<a title={{ .GroupLabels.url }}>', '<a title=https://h/a&#32;b?x&#61;1&amp;y&#61;&lt;>'],
  ['<div {{ "onclick" }}="x">', '<div ZgotmplZ="x">'],
  [
    '<style>p { color: {{ "red" }}; x: {{ "expression(1)" }} }</style>',
    '<style>p { color: red; x: ZgotmplZ }</style>',
  ],
  [
    '<script>var x = {{ .GroupLabels.evil }}, n = {{ 1 }}</script>',
    `<script>var x = "\\"\\u003e\\u003cscript\\u003ealert('1')\\u003c/script\\u003e", n =  1 </script>`,
  ],
  [
    '<b onclick="f(\'{{ .GroupLabels.evil }}\')">',
    `<b onclick="f('\\u0022\\u003e\\u003cscript\\u003ealert(\\u00271\\u0027)\\u003c\\/script\\u003e')">`,
  ],
  ['a < b<!-- {{ .Status }} gone --> c', 'a &lt; b c'],
  ['<title>{{ "<x>&" }}</title>', '<title>&lt;x&gt;&amp;</title>'],
  ['{{ "<" | html }}{{ html "<" }}', '&lt;&lt;'],
])('%j becomes %j', (text, want) => {
  expect(html(text)).toBe(want)
})

test.each([
  ['<a href="x', 'ends in a non-text context'],
  ['<a "b">', 'in attribute name'],
  ['{{ "x" | html | print }}', 'predefined escaper "html" disallowed'],
  ['<a title=a`b>', 'in unquoted attr'],
])('%j is refused: %j', (text, want) => {
  expect(() => html(text)).toThrow(want)
})
