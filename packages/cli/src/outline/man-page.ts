import { type Outline, type OutlineOption, everyCommand } from './outline.ts'

/** weir(1) in the `man` macros, which every man understands: the same as the help, in one place. */
export function manPage(root: Outline, version: string): string {
  const inner = everyCommand(root).slice(1)
  const leaves = inner.filter(({ commands }) => commands.length === 0)
  const environment = new Map(
    leaves.flatMap(({ options }) =>
      options.filter(({ env }) => env !== '').map(({ env, names }) => [env, names[0]!] as const),
    ),
  )
  return [
    String.raw`.\" Made by: weir man`,
    `.TH WEIR 1 "" "Weir ${version}" "User Commands"`,
    '.SH NAME',
    String.raw`weir \- ${text(lower(root.about))}`,
    '.SH SYNOPSIS',
    '.B weir',
    '.I command',
    String.raw`.RI [ option ...]`,
    '.SH DESCRIPTION',
    text(
      'Weir takes in metrics and lines of log, evaluates rules, tells people, and shows all that on a page. One command starts it; the others ask a running one, or look at files.',
    ),
    '.SH COMMANDS',
    ...leaves.flatMap(commandLines),
    '.SH ENVIRONMENT',
    ...[...environment].flatMap(([name, flag]) => [
      '.TP',
      `.B ${text(name)}`,
      text(`Instead of ${flag}, which beats it.`),
    ]),
    '.SH EXIT STATUS',
    ...EXIT_STATUS.flatMap(([code, means]) => ['.TP', `.B ${code}`, text(means)]),
    '',
  ].join('\n')
}

const EXIT_STATUS = [
  ['0', 'What was asked for was done; a check found nothing wrong.'],
  ['1', 'A check found something wrong; a query found nothing.'],
  ['2', 'It could not be carried out: bad configuration, a port in use, no answer.'],
  ['70', 'A mistake of Weir itself.'],
] as const

function commandLines({ path, values, about, options }: Outline): string[] {
  const own = options.filter(({ names }) => !names.includes('--help'))
  return [
    `.SS "${text(`${path} ${values}`.trim())}"`,
    text(`${about.charAt(0).toUpperCase()}${about.slice(1)}.`),
    ...own.flatMap(optionLines),
  ]
}

function optionLines({ names, value, about }: OutlineOption): string[] {
  const written = names.map((name) => String.raw`\fB${text(name)}\fR`).join(', ')
  const behind = value === '' ? '' : String.raw` \fI${text(value)}\fR`
  return ['.TP', `${written}${behind}`, text(`${about}.`)]
}

const lower = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1)

/** Text that troff takes for text: no escape, no request at its beginning, hyphens that can be copied. */
function text(plain: string): string {
  return plain
    .replaceAll('\\', String.raw`\e`)
    .replaceAll('-', String.raw`\-`)
    .replaceAll('"', String.raw`\(dq`)
    .replaceAll(/^(?=[.'])/gm, String.raw`\&`)
    .replaceAll(
      /[^\p{ASCII}]/gu,
      (letter) => `\\[u${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`,
    )
}
