import { DuckDBInstance } from '@duckdb/node-api'
import { sqlText } from './sql-text.ts'

export interface DuckDbOptions {
  /** All that it reaches. */
  readonly folder: string
  readonly threads: number
  /** Of what it counts itself; beyond it, it goes to the disk or refuses. */
  readonly memoryBytes: number
  /** Where it puts what does not fit in memory, and how much of it. */
  readonly spill?: { readonly folder: string; readonly bytesMax: number }
}

/**
 * A DuckDB in memory that reaches nothing but one folder, loads nothing, and whose settings no SQL can
 * change. Each thread has its own: parts are files that nobody changes.
 */
export async function openDuckDb(options: DuckDbOptions): Promise<DuckDBInstance> {
  const { folder, spill } = options
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads),
    memory_limit: `${options.memoryBytes} bytes`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  const connection = await instance.connect()
  try {
    await connection.run(`SET allowed_directories = [${sqlText(`${folder}/`)}]`)
    const spillFolder = spill?.folder ?? `${folder}/duckdb.tmp`
    await connection.run(`SET temp_directory = ${sqlText(spillFolder)}`)
    if (spill !== undefined) {
      await connection.run(`SET max_temp_directory_size = '${spill.bytesMax} bytes'`)
    }
    await connection.run('SET parquet_metadata_cache = true')
    await connection.run("SET validate_external_file_cache = 'no_validation'") // parts never change
    // What was taken for one part or question is given back when it is over.
    await connection.run("SET allocator_flush_threshold = '1MB'")
    await connection.run("SET allocator_bulk_deallocation_flush_threshold = '1MB'")
    await connection.run('SET enable_external_access = false')
    await connection.run('SET lock_configuration = true')
  } finally {
    connection.closeSync()
  }
  return instance
}
