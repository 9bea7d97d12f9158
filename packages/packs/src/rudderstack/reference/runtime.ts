/** What the Go runtime and the pools of connections tell. The form of a line: see `reference-table.ts`. */
import type { MetricReference } from '../../api.ts'
import { table } from './reference-table.ts'

export const RUNTIME: readonly MetricReference[] = [
  ...table(
    { group: 'Runtime' },
    `
g rudder_server_config{buildDate,builtBy,commit,version} 1 Always 1; the labels tell the version.
g adaptive_payload_limiter_state 1 Whether memory forces smaller payloads: 0 no, 1 smaller, 2 a byte. || 0.
g mem_used_percent % Memory in use. || Below 90.
g runtime_cpu_goroutines goroutines Goroutines. || Steady for the same load; one that only grows is a leak.
g runtime_mem_heap_alloc bytes Bytes of heap allocated.
g runtime_mem_heap_inuse bytes Bytes of heap in use.
g runtime_mem_stack_inuse bytes Bytes of stacks.
g runtime_mem_gc_pause_total ns All pauses since the start, in nanoseconds: a total, though a gauge.
g runtime_mem_gc_pause ns The last pause of the collector, in nanoseconds.
g runtime_mem_gc_count 1 Collections since the start: a total, though a gauge.
g runtime_mem_gc_cpu_percent % Share of CPU that the collector has had since the start.
g cpu_scheduler_lag_ms ms How late a clock tick of 100 ms comes: whether the process gets its CPU. || Below 10.
g sql_db_max_open_connections{name} connections Connections that a pool may have.
g sql_db_in_use_connections{name} connections Connections of a pool that are busy.
g sql_db_wait_count_total{name} 1 Times that somebody waited for a connection: a total, though a gauge.
g adaptive_payload_limiter_threshold_factor 1 Adaptive payload limiter: threshold factor.
g mem_total_bytes bytes Memory total bytes, now.
g mem_available_bytes bytes Memory available bytes, now.
g mem_available_percent % Memory available percent, now.
g mem_used_bytes bytes Memory used bytes, now.
t throttling{algo,key,rate,window} s Time of throttling.
g runtime_cpu_cgo_calls 1 Go's runtime: cgo calls.
g runtime_mem_alloc bytes Go's memory: alloc.
g runtime_mem_total bytes Go's memory: total.
g runtime_mem_sys bytes Go's memory: sys.
g runtime_mem_lookups 1 Go's memory: lookups.
g runtime_mem_malloc bytes Go's memory: malloc.
g runtime_mem_frees 1 Go's memory: frees.
g runtime_mem_heap_sys bytes Go's memory: heap sys.
g runtime_mem_heap_idle bytes Go's memory: heap idle.
g runtime_mem_heap_released bytes Go's memory: heap released.
g runtime_mem_heap_objects bytes Go's memory: heap objects.
g runtime_mem_stack_sys bytes Go's memory: stack sys.
g runtime_mem_stack_mspan_inuse bytes Go's memory: stack mspan inuse.
g runtime_mem_stack_mspan_sys bytes Go's memory: stack mspan sys.
g runtime_mem_stack_mcache_inuse bytes Go's memory: stack mcache inuse.
g runtime_mem_stack_mcache_sys bytes Go's memory: stack mcache sys.
g runtime_mem_othersys bytes Go's memory: othersys.
g runtime_mem_gc_sys bytes Go's memory: garbage collection sys.
g runtime_mem_gc_next bytes Go's memory: garbage collection next.
g runtime_mem_gc_last bytes Go's memory: garbage collection last.
g sql_db_open_connections{name} connections A pool of database connections: open connections.
g sql_db_idle_connections{name} connections A pool of database connections: idle connections.
g sql_db_wait_duration_seconds_total{name} s A pool of database connections: wait duration seconds total.
g sql_db_max_idle_closed_total{name} 1 A pool of database connections: max idle closed total.
g sql_db_max_idle_time_closed_total{name} 1 A pool of database connections: max idle time closed total.
g sql_db_max_lifetime_closed_total{name} 1 A pool of database connections: max lifetime closed total.
`,
  ),
]
