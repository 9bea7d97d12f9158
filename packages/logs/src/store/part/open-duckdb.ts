import { DuckDBInstance } from '@duckdb/node-api'
import { sqlText } from './sql-text.ts'

/**
 * A DuckDB in memory that reaches nothing but one folder, loads nothing, and whose settings no SQL can
 * change. Each thread has its own: parts are files that nobody changes.
 */
export async function openDuckDb(options: {
  readonly folder: string
  readonly threads: number
  readonly memoryBytes: number
}): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads),
    memory_limit: `${options.memoryBytes} bytes`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  })
  const connection = await instance.connect()
  try {
    await connection.run(`SET allowed_directories = [${sqlText(`${options.folder}/`)}]`)
    await connection.run(`SET temp_directory = ${sqlText(`${options.folder}/duckdb.tmp`)}`)
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
