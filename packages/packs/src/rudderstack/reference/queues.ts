/** What the queues in PostgreSQL tell. The form of a line: see `reference-table.ts`. */
import type { MetricReference } from '../../api.ts'
import { table } from './reference-table.ts'

export const QUEUES: readonly MetricReference[] = [
  ...table(
    { group: 'Queues' },
    `
t migration_loop{customVal,error} s One round of compaction; \`error\` names what went wrong. || Seconds, without error.
c jobsdb_queried_jobs{customVal,moreToken,stateFilters,tablePrefix,workspaceId} jobs Jobs that questions brought back.
g jobsdb_pre_drop_tables_count{customVal} jobs Tables that wait to be dropped.
g jobsdb_tables_count{customVal} jobs Tables of a queue. || One or two; above five the consumer is behind.
t jobsdb_new_ds_period{customVal} s Time between two new tables: the shorter, the more comes in.
t jobsdb_drop_ds_period{customVal} s Time between two tables that could be dropped.
c jobsdb_stored_jobs{customVal,moreToken,stateFilters,tablePrefix,workspaceId} jobs Jobs written to a queue.
c jobsdb_stored_bytes{customVal,moreToken,stateFilters,tablePrefix,workspaceId} bytes Bytes written to a queue.
c jobsdb_updated_jobs{customVal,moreToken,stateFilters,tablePrefix,workspaceId} jobs Statuses written.
c jobsdb_store_timeout{attempt,module} jobs Writes that ran out of time, by module and attempt. || 0.
c jobsdb_update_timeout{attempt,module} jobs Writes of statuses that ran out of time. || 0.
c jobsdb_query_timeout{attempt,module} jobs Questions that ran out of time. || 0.
t store_jobs{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s One write of jobs.
t jobsdb_get_jobs_ds_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Its part in one table.
t jobsdb_get_jobs_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s One whole question to a queue. || Tens of milliseconds.
t update_job_status_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s One write of statuses.
t jobsdb_get_jobs_wait_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s How long a question waited for its turn.
t jobsdb_lock_wait_time{async,lockType,name,prefix} s Wait for the lock of a table.
g jobsdb_rt_pending_events_count{destType,destinationId,workspaceId} events Events that wait for a destination of the router. Sent once a minute.
g jobsdb_rt_pending_events_count_all{destType} events The same over all workspaces; destType="ALL" is everything. || Goes up and down; one that only goes up is a destination that is too slow.
g jobsdb_batch_rt_pending_events_count{destType,destinationId,workspaceId} events Events that wait for a destination of the batch router.
g jobsdb_batch_rt_pending_events_count_all{destType} events The same for the batch router.
g jobsdb_proc_pending_events_count{destType,destinationId,workspaceId} events Events that wait for the processor.
g jobsdb_proc_pending_events_count_all{destType} events The same for the processor.
t arc_active_partitions_time s Time of archiver active partitions.
g arc_active_partitions 1 Archiver active partitions, now.
c arc_uploaded_jobs{sourceId,workspaceId} jobs Count of archiver uploaded jobs.
c arc_processed_jobs{sourceId,state,workspaceId} jobs Count of archiver processed jobs.
t jobsdb_pbuffer_flush_time{prefix} s Time of queue pbuffer flush.
t jobsdb_pbuffer_move_time{prefix} s Time of queue pbuffer move.
c jobsdb_pbuffer_move_jobs_count{prefix} jobs Count of queue pbuffer move jobs.
t jobsdb_pbuffer_switchover_time{prefix} s Time of queue pbuffer switchover.
g jobsdb_pbuffer_partitions_count{prefix} jobs Queue pbuffer partitions, now.
t jobsdb_compact_status_tables{customVal} s Time of queue compact status tables.
t migration_loop_lock{customVal} s Time of migration loop lock.
t refresh_ds_loop{customVal,error} s Time of refresh dataset loop.
t refresh_ds_loop_lock{customVal} s Time of refresh dataset loop lock.
c jobsdb_cache_commit_misses{customVal,moreToken,stateFilters,tablePrefix,workspaceId} jobs Count of queue cache commit misses.
c jobsdb_tables_queried{customVal,moreToken,stateFilters,tablePrefix,workspaceId} jobs Count of queue tables queried.
c jobsdb_cache_hits{customVal,moreToken,stateFilters,tablePrefix,workspaceId} jobs Count of queue cache hits.
c jobsdb_queried_no_jobs{customVal,moreToken,stateFilters,tablePrefix,workspaceId} jobs Count of queue queried no jobs.
c jobsdb_queried_bytes{customVal,moreToken,stateFilters,tablePrefix,workspaceId} bytes Count of queue queried bytes.
g jobsdb_read_excluded_partitions_count{customVal} jobs Queue read excluded partitions, now.
c jobsdb_updated_bytes{customVal,moreToken,stateFilters,tablePrefix,workspaceId} bytes Count of queue updated bytes.
t jobsdb_delete_job_status_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue delete job status.
t jobsdb_delete_job_status_ds_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue delete job status dataset.
t jobsdb_fail_executing_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue fail executing.
t jobsdb_fail_executing_ds_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue fail executing dataset.
t migration_jobs{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of migration jobs.
t migration_ds_check{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of migration dataset check.
t jobsdb_migration_copy_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue migration copy.
t add_new_ds{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of add new dataset.
t update_job_status_ds_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of update job status dataset.
t jobsdb_delete_job_status_total_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue delete job status total.
t jobsdb_delete_job_status_wait_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue delete job status wait.
t jobsdb_fail_executing_total_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue fail executing total.
t jobsdb_fail_executing_wait_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue fail executing wait.
t jobsdb_get_jobs_total_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue get jobs total.
t jobsdb_store_total_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue store total.
t jobsdb_store_wait_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue store wait.
t jobsdb_update_job_status_total_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue update job status total.
t jobsdb_update_job_status_wait_time{customVal,moreToken,stateFilters,tablePrefix,workspaceId} s Time of queue update job status wait.
t jobsdb_lock_time{async,lockType,name,prefix} s Time of queue lock.
t jobsdb_lock_total_time{async,lockType,name,prefix} s Time of queue lock total.
`,
  ),
]
