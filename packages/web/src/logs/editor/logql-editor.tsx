import {
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete'
import { LanguageSupport } from '@codemirror/language'
import { type Diagnostic, linter } from '@codemirror/lint'
import { FUNCTIONS } from '@grafana/lezer-logql'
import { useQueryClient } from '@tanstack/react-query'
import { useEffectEvent } from 'react'
import { type EditorLanguage, QueryEditor } from '../../explore/query-editor.tsx'
import { EVERYTHING, writeLogql } from '../query/log-query.ts'
import { readLogql } from '../query/read-logql.ts'
import type { TimeRange } from '../../time/range.ts'
import {
  fieldNamesQuery,
  labelNamesQuery,
  labelValuesQuery,
  topValuesQuery,
} from '../logs-queries.ts'
import { wantedAt } from './completion-at.ts'
import { logqlLanguage } from './logql-language.ts'

/** An editor for LogQL that completes names and values which are there, and marks where a query breaks off. */
export function LogqlEditor(props: {
  readonly value: string
  /** Names and values of this time are offered. */
  readonly range: TimeRange
  readonly onChange: (text: string) => void
  readonly onRun: (text: string) => void
}): React.JSX.Element {
  const client = useQueryClient()
  const complete = useEffectEvent(
    async (context: CompletionContext): Promise<CompletionResult | null> => {
      const wanted = wantedAt(context.state.sliceDoc(0, context.pos))
      if (wanted.kind === 'nothing') return null
      if (wanted.from === context.pos && wanted.kind === 'functions' && !context.explicit)
        return null
      const { range } = props
      const labels = (): Promise<readonly string[]> => client.fetchQuery(labelNamesQuery(range))
      const fields = async (): Promise<readonly string[]> =>
        (await client.fetchQuery(fieldNamesQuery(writeLogql(EVERYTHING), range))).map(
          ({ label }) => label,
        )
      const options = await optionsFor(wanted, {
        labels,
        names: async () => [...new Set([...(await labels()), ...(await fields())])],
        values: async (name) => {
          if ((await labels()).includes(name)) {
            return client.fetchQuery(labelValuesQuery(name, range))
          }
          const asked = { query: writeLogql(EVERYTHING), range, runs: 0 }
          const found = await client.fetchQuery(topValuesQuery(asked, name, 50))
          return found.map(({ value }) => value)
        },
      }).catch(() => []) // without an answer there is nothing to offer
      return { from: wanted.from, options, validFor: /^[\w.:/-]*$/ }
    },
  )
  return (
    <QueryEditor
      value={props.value}
      onChange={props.onChange}
      onRun={props.onRun}
      label="LogQL query"
      placeholder={
        'A LogQL query, for example {pipeline="orders"} |= "timeout" | detected_level="error"'
      }
      language={() => languageWith((context) => complete(context))}
    />
  )
}

function languageWith(
  complete: (context: CompletionContext) => Promise<CompletionResult | null>,
): EditorLanguage {
  return {
    extension: [
      new LanguageSupport(logqlLanguage, logqlLanguage.data.of({ autocomplete: complete })),
      linter(({ state }) => brokenIn(state.doc.toString()), { delay: 500 }),
    ],
  }
}

/** Where a query breaks off, as far as its grammar says. What Weir thinks of it is told once it ran. */
function brokenIn(text: string): Diagnostic[] {
  if (text.trim() === '') return []
  const read = readLogql(text)
  if (read.kind !== 'broken') return []
  const to = Math.min(text.length, read.at + 1)
  return [
    {
      from: Math.min(read.at, Math.max(0, to - 1)),
      to,
      severity: 'error',
      message:
        read.at >= text.length ? 'The query is not complete' : 'LogQL does not go on like this',
    },
  ]
}

const STAGES: readonly Completion[] = [
  ['json', 'fields of JSON lines'],
  ['logfmt', 'fields of name=value lines'],
  ['pattern', 'fields by a pattern, such as "<ip> <_>"'],
  ['regexp', 'fields by named groups'],
  ['unpack', 'what a collector packed'],
  ['line_format', 'another text for the line'],
  ['label_format', 'names changed or made'],
  ['decolorize', 'without a terminal’s colours'],
  ['drop', 'without these names'],
  ['keep', 'only these names'],
  ['unwrap', 'a field as the number to count with'],
].map(([label, detail]) => ({ label: label!, detail: detail!, type: 'keyword' }))

async function optionsFor(
  wanted: Exclude<ReturnType<typeof wantedAt>, { readonly kind: 'nothing' }>,
  known: {
    readonly labels: () => Promise<readonly string[]>
    readonly names: () => Promise<readonly string[]>
    readonly values: (name: string) => Promise<readonly string[]>
  },
): Promise<Completion[]> {
  const named = (names: readonly string[]): Completion[] =>
    names.map((label) => ({ label, type: 'property' }))
  switch (wanted.kind) {
    case 'labels':
      return named(await known.labels())
    case 'names':
      return named(await known.names())
    case 'stages':
      return [...STAGES, ...named(await known.names())]
    case 'values':
      return (await known.values(wanted.name)).map((value) => {
        const text = JSON.stringify(value)
        return { label: value, apply: wanted.quote === '' ? text.slice(1, -1) : text, type: 'text' }
      })
    case 'functions':
      return FUNCTIONS.map(({ label, insertText, detail }) => ({
        label,
        type: 'function',
        ...(insertText === undefined ? {} : { apply: insertText }),
        ...(detail === undefined ? {} : { detail }),
      }))
  }
}
