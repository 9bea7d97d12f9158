import { createSocket } from 'node:dgram'

/** The StatsD client that Dagger's Parquet source has beside all reporters. */
export class ParquetSource {
  readonly #socket = createSocket('udp4')
  readonly #job: string
  readonly #port: number

  constructor(job: string, port: number) {
    this.#job = job
    this.#port = port
  }

  report(): void {
    const tags = `,,job_id=${this.#job},component=`
    this.#send(`reader_rows_emitted${tags}parquet_reader:500|c`)
    this.#send(`reader_row_read_time${tags}parquet_reader:2|ms`)
    this.#send(`splits_awaiting_assignment${tags}split_assigner:12|g`)
  }

  fail(): void {
    this.#send(`fatal.exception,,job_id=${this.#job},fatal_exception_type=java.io.IOException:1|c`)
  }

  close(): void {
    this.#socket.close()
  }

  #send(line: string): void {
    this.#socket.send(line, this.#port, '127.0.0.1')
  }
}
