import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { HighlightStyle, bracketMatching, syntaxHighlighting } from '@codemirror/language'
import { lintKeymap } from '@codemirror/lint'
import { EditorState, type Extension, Prec } from '@codemirror/state'
import { EditorView, keymap, placeholder } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useEffectEvent, useRef } from 'react'

const COLORS = HighlightStyle.define([
  { tag: tags.number, color: 'var(--healthy)' },
  { tag: tags.string, color: 'var(--degraded)' },
  { tag: tags.keyword, color: 'var(--water)', fontWeight: '500' },
  { tag: tags.function(tags.variableName), color: 'var(--water)' },
  { tag: tags.labelName, color: 'var(--silent)' },
  { tag: tags.operator, color: 'var(--ink-2)' },
  { tag: tags.comment, color: 'var(--ink-3)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--failing)' },
])

const LOOK = EditorView.theme({
  '&': { fontSize: '13.5px', backgroundColor: 'transparent', color: 'var(--ink)' },
  '.cm-content': {
    fontFamily: "'IBM Plex Mono', ui-monospace, monospace",
    padding: '8px 4px',
    caretColor: 'var(--ink)',
  },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '.cm-placeholder': { color: 'var(--ink-3)' },
  '&.cm-focused .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--water-fill) !important',
  },
  '.cm-tooltip': {
    backgroundColor: 'var(--sheet)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    color: 'var(--ink)',
  },
  '.cm-tooltip-autocomplete ul li[aria-selected]': {
    backgroundColor: 'var(--hover)',
    color: 'var(--ink)',
  },
  '.cm-completionDetail': { color: 'var(--ink-3)' },
})

/** What an editor's language brings. */
export interface EditorLanguage {
  readonly extension: Extension
  /** Lets go of what it holds. */
  readonly close?: () => void
}

/** An editor for one query. Enter runs, Shift+Enter breaks the line. */
export function QueryEditor(props: {
  readonly value: string
  readonly label: string
  readonly placeholder: string
  /** Made once, when the editor is. */
  readonly language: () => EditorLanguage
  readonly onChange: (text: string) => void
  readonly onRun: (text: string) => void
}): React.JSX.Element {
  const { value } = props
  const box = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView | null>(null)
  const change = useEffectEvent(props.onChange)
  const run = useEffectEvent(props.onRun)
  const first = useEffectEvent(() => props)

  useEffect(() => {
    if (box.current === null) return undefined
    const begin = first()
    const language = begin.language()
    const runKey = (at: EditorView): boolean => {
      run(at.state.doc.toString())
      return true
    }
    const made = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: begin.value,
        extensions: [
          // Enter accepts a completion when the list is open; that binding is stronger than ours.
          Prec.highest(keymap.of([{ key: 'Mod-Enter', run: runKey }])),
          autocompletion(),
          keymap.of([{ key: 'Enter', run: runKey }]),
          history(),
          bracketMatching(),
          closeBrackets(),
          syntaxHighlighting(COLORS),
          LOOK,
          language.extension,
          EditorView.lineWrapping,
          placeholder(begin.placeholder),
          EditorView.contentAttributes.of({ 'aria-label': begin.label, 'data-search': '' }),
          keymap.of([
            ...closeBracketsKeymap,
            ...completionKeymap,
            ...historyKeymap,
            ...lintKeymap,
            ...defaultKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged) change(update.state.doc.toString())
          }),
        ],
      }),
    })
    view.current = made
    return () => {
      made.destroy()
      language.close?.()
    }
  }, [])

  // Text from outside: a link, the history.
  useEffect(() => {
    const now = view.current
    if (now === null || now.state.doc.toString() === value) return
    now.dispatch({ changes: { from: 0, to: now.state.doc.length, insert: value } })
  }, [value])

  return <div ref={box} className="editor" />
}
