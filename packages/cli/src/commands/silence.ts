import type { Command } from 'commander'
import { addSilenceChanges } from './silence-changes.ts'
import { addSilenceImport } from './silence-import.ts'
import { addSilencePreview } from './silence-preview.ts'
import { addSilenceQuery } from './silence-query.ts'

/** `weir silence …`: what amtool does with silences, and what a silence would hold back. */
export function addSilence(program: Command): void {
  const silence = program
    .command('silence')
    .description('silences: nobody is told about alerts that match; arguments as amtool takes them')
  addSilenceChanges(silence)
  addSilenceQuery(silence)
  addSilenceImport(silence)
  addSilencePreview(silence)
}
