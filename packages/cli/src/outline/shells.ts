/**
 * Completion for three shells, made from the outline: each script knows all commands and flags, so that
 * a press of the tab key starts nothing. All three work alike: walk the words before the cursor, keep
 * those that lead into a command, look up what there is.
 */
import { type Outline, type OutlineOption, everyCommand } from './outline.ts'

export const SHELLS: Readonly<Record<string, (outline: Outline) => string>> = {
  bash,
  zsh,
  fish,
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`
const namesOf = (options: readonly OutlineOption[]): string[] =>
  options.flatMap(({ names }) => names)
const taking = (options: readonly OutlineOption[]): string[] =>
  namesOf(options.filter(({ value }) => value !== ''))

/** Bash: `COMPREPLY` from lists of words. Names of flags hold nothing that Bash would take apart. */
function bash(root: Outline): string {
  const cases = everyCommand(root).map(
    ({ path, commands, options, takesFiles }) => `    ${quoted(path)})
      words=${quoted(commands.map(({ name }) => name).join(' '))}
      flags=${quoted(namesOf(options).join(' '))}
      valued=${quoted(` ${taking(options).join(' ')} `)}
      filed=${quoted(` ${namesOf(options.filter(({ isFile }) => isFile)).join(' ')} `)}
      files=${takesFiles ? 1 : 0} ;;`,
  )
  return `# Completion of weir for Bash, made by: weir completion bash
__weir_lookup() {
  case $1 in
${cases.join('\n')}
    *) return 1 ;;
  esac
}

_weir() {
  local current=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local path=weir words flags valued filed files word i
  COMPREPLY=()
  __weir_lookup "$path"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case " $words " in
      *" $word "*) path="$path $word" && __weir_lookup "$path" ;;
    esac
  done
  if [[ $valued == *" $before "* ]]; then
    [[ $filed == *" $before "* ]] && mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return 0
  fi
  if [[ $current == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$flags" -- "$current")
  elif [[ -n $words ]]; then
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
  elif ((files)); then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
  fi
}
complete -o filenames -F _weir weir
`
}

/** Zsh: `_describe` shows what each does beside it. */
function zsh(root: Outline): string {
  const said = (name: string, about: string): string =>
    quoted(`${name.replaceAll(':', String.raw`\:`)}:${about}`)
  const cases = everyCommand(root).map(
    ({ path, commands, options, takesFiles }) => `    ${quoted(path)})
      words_=(${commands.map(({ name, about }) => said(name, about)).join(' ')})
      flags=(${options.flatMap(({ names, about }) => names.map((name) => said(name, about))).join(' ')})
      valued=(${taking(options).join(' ')})
      filed=(${namesOf(options.filter(({ isFile }) => isFile)).join(' ')})
      files=${takesFiles ? 1 : 0} ;;`,
  )
  return `#compdef weir
# Completion of weir for Zsh, made by: weir completion zsh
__weir_lookup() {
  case $1 in
${cases.join('\n')}
    *) return 1 ;;
  esac
}

_weir() {
  local path_=weir word files=0
  local -a words_ flags valued filed
  __weir_lookup $path_
  for word in \${words[2,CURRENT-1]}; do
    (( \${words_[(I)$word:*]} )) && path_="$path_ $word" && __weir_lookup $path_
  done
  local before=\${words[CURRENT-1]}
  if (( \${valued[(Ie)$before]} )); then
    (( \${filed[(Ie)$before]} )) && _files
    return 0
  fi
  if [[ \${words[CURRENT]} == -* ]]; then
    _describe -o option flags
  elif (( \${#words_} )); then
    _describe command words_
  elif (( files )); then
    _files
  fi
}
# Loaded from a file in $fpath it is called at once; sourced, it is only made known.
if [[ \${funcstack[1]} == _weir ]]; then
  _weir "$@"
elif (( \${+functions[compdef]} )); then
  compdef _weir weir
fi
`
}

/** Fish: a line for each word and flag, with the commands it belongs to as a condition. */
function fish(root: Outline): string {
  const all = everyCommand(root)
  const lines = all.flatMap(({ path, commands, options, takesFiles }) => {
    const at = `complete -c weir -n ${quoted(`__weir_at ${quoted(path)}`)}`
    return [
      ...(takesFiles ? [`${at} -F`] : []),
      ...commands.map(({ name, about }) => `${at} -f -a ${name} -d ${quoted(about)}`),
      ...options.map((option) => `${at} ${fishFlags(option)} -d ${quoted(option.about)}`),
    ]
  })
  return `# Completion of weir for fish, made by: weir completion fish
function __weir_at
    set -l known ${all.map(({ path }) => quoted(path)).join(' ')}
    set -l path weir
    for word in (commandline -opc)[2..]
        contains -- "$path $word" $known; and set path "$path $word"
    end
    test "$path" = "$argv[1]"
end
complete -c weir -f
${lines.join('\n')}
`
}

function fishFlags({ names, value, isFile }: OutlineOption): string {
  const flags = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  )
  return [...flags, ...(value === '' ? [] : [isFile ? '-r -F' : '-x'])].join(' ')
}
