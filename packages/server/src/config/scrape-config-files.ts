import { WeirError } from '@weir/model'
import { z } from 'zod'
import { type ScrapeConfig, scrapeConfigs } from '../scrape/config.ts'
import { withSecretsOfEnvironment } from './env-secrets.ts'
import { beside, expandGlob, readNamed } from './files.ts'
import type { WeirConfig } from './weir-config.ts'
import { lineOfKey, readYaml } from './yaml-file.ts'

const jobsFile = z.strictObject({ scrape_configs: scrapeConfigs.default([]) })

/**
 * The jobs of the configuration file, then those of the files that `scrape_config_files` names. Names of files in
 * them are relative to the configuration file, as in Prometheus.
 *
 * @throws {WeirError} `CONFIG_INVALID`, also for a job name that is there twice
 */
export function allScrapeConfigs(
  config: WeirConfig,
  { file, text }: { readonly file: string; readonly text: string },
): ScrapeConfig[] {
  const jobs: ScrapeConfig[] = [...config.scrape_configs]
  const seenIn = new Map(jobs.map(({ job_name }) => [job_name, file]))
  const place = `${file}:${lineOfKey(text, ['scrape_config_files'])}: scrape_config_files`
  for (const pattern of config.scrape_config_files) {
    for (const name of expandGlob(beside(file, pattern))) {
      const source = {
        file: name,
        text: readNamed(name, { place }),
        code: 'CONFIG_INVALID',
      } as const
      const resolved = { ...source, text: withSecretsOfEnvironment(source) }
      for (const job of readYaml(resolved, jobsFile).scrape_configs) {
        const other = seenIn.get(job.job_name)
        if (other !== undefined) {
          throw new WeirError(
            'CONFIG_INVALID',
            `Cannot use ${name}: want each job name once, ${JSON.stringify(job.job_name)} is in ${other} already`,
          )
        }
        seenIn.set(job.job_name, name)
        jobs.push(job)
      }
    }
  }
  return jobs
}
