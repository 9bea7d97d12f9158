import type { Argument, Command, Option } from 'commander'

/** What the command line understands, as data: completions and the man page are made of it. */
export interface Outline {
  /** The words that lead here: `weir logs search`. */
  readonly path: string
  /** The last of them. */
  readonly name: string
  readonly about: string
  /** `<files...>`, as the help writes them. */
  readonly values: string
  readonly takesFiles: boolean
  readonly options: readonly OutlineOption[]
  readonly commands: readonly Outline[]
}

export interface OutlineOption {
  /** `-V`, `--version`: all ways to write it. */
  readonly names: readonly string[]
  /** `<file>`; '' for a switch. */
  readonly value: string
  readonly about: string
  readonly isFile: boolean
  readonly choices: readonly string[]
  readonly env: string
}

/** Reads a commander program; what it hides is left out. */
export function outlineOf(command: Command, before: readonly string[] = []): Outline {
  const path = [...before, command.name()]
  const help = command.createHelp()
  return {
    path: path.join(' '),
    name: command.name(),
    about: command.description(),
    values: command.registeredArguments.map(shown).join(' '),
    takesFiles: command.registeredArguments.some((argument) => namesFile(argument.name())),
    options: help.visibleOptions(command).map(optionOf),
    commands: help
      .visibleCommands(command)
      .filter((each) => each.name() !== 'help')
      .map((each) => outlineOf(each, path)),
  }
}

function shown(argument: Argument): string {
  const name = argument.variadic ? `${argument.name()}...` : argument.name()
  return argument.required ? `<${name}>` : `[${name}]`
}

function optionOf(option: Option): OutlineOption {
  const [, value = ''] = /([<[].*)$/.exec(option.flags) ?? []
  const written = option.flags.slice(0, option.flags.length - value.length)
  return {
    names: written.split(/[ ,|]+/).filter((name) => name.startsWith('-')),
    value,
    about: option.description,
    isFile: namesFile(value),
    choices: option.argChoices ?? [],
    env: option.envVar ?? '',
  }
}

/** By what it is called: Weir's own help has one word for each. */
function namesFile(name: string): boolean {
  return /\b(files?|folders?|dir|directory|glob|path|archive)\b/.test(name)
}

/** An outline and all within it, outermost first. */
export function everyCommand(outline: Outline): Outline[] {
  return [outline, ...outline.commands.flatMap(everyCommand)]
}
