import { escaped } from './escaped.ts'

// As much of each language as our examples have; what is not matched stays as it is.
const YAML =
  /(?<comment>(?<=^|\s)#.*$)|(?<string>'[^'\n]*'|"[^"\n]*")|(?<key>[\w.-]+(?=:(?:\s|$)))|(?<number>\b\d+(?:\.\d+)?[a-zA-Z]{0,3}\b)/gm
const SHELL =
  /(?<comment>(?<=^|\s)#.*$)|(?<string>'[^'\n]*'|"[^"\n]*")|(?<key>(?<=^|\s)--?[\w.-]+)/gm
const SCRIPT =
  /(?<comment>\/\/.*$)|(?<string>'[^'\n]*'|"[^"\n]*"|`[^`]*`)|(?<key>\b(?:import|from|const|let|await|async|function|return|new|export|for|of|if)\b)|(?<number>\b\d[\d_.]*\b)/gm
const JSON_ = /(?<key>"[^"\n]*"(?=\s*:))|(?<string>"[^"\n]*")|(?<number>-?\b\d+(?:\.\d+)?\b)/gm

const LANGUAGES: Readonly<Record<string, RegExp>> = {
  yaml: YAML,
  yml: YAML,
  sh: SHELL,
  bash: SHELL,
  js: SCRIPT,
  ts: SCRIPT,
  json: JSON_,
}

/** Code as HTML, in four colours. */
export function highlighted(text: string, language: string): string {
  const pattern = LANGUAGES[language]
  if (pattern === undefined) return escaped(text)
  let html = ''
  let end = 0
  for (const found of text.matchAll(pattern)) {
    const [kind] = Object.entries(found.groups!).find(([, part]) => part !== undefined)!
    html += `${escaped(text.slice(end, found.index))}<span class="${kind}">${escaped(found[0])}</span>`
    end = found.index + found[0].length
  }
  return html + escaped(text.slice(end))
}
