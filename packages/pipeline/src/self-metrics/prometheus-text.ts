import type { Metric } from './metric-registry.ts'

/** What each of our own metrics means, for its HELP line. */
const help: Readonly<Record<string, string>> = {
  headwatch_received_total: 'Items that collectors and receivers handed to a pipeline.',
  headwatch_added_total: 'Items that processors added.',
  headwatch_sent_total: 'Records that a destination took.',
  headwatch_stored_total: 'Records that a store committed.',
  headwatch_duplicates_total: 'Records that a store had already.',
  headwatch_dropped_total: 'Records let go, by place and reason.',
  headwatch_gap_records_total: 'Numbers declared as never coming.',
  headwatch_retries_total: 'Attempts that have to be repeated.',
  headwatch_redelivered_total: 'Records sent to a destination again because an attempt failed.',
  headwatch_collect_failures_total: 'Rounds of collectors that failed.',
  headwatch_plugin_faults_total: 'Faults of plugins. One is restarted for it, a processor after several in a row.',
  headwatch_store_waiting_records: 'Records accepted that a store has not committed yet.',
  headwatch_refused_readings_total: 'Readings about this program that were refused: wrong names, or too many of them.',
  headwatch_queue_records: 'Records that a destination has not taken yet, those on their way included.',
  headwatch_queue_bytes: 'About how many bytes a destination has not taken yet.',
  headwatch_queue_oldest_age_seconds: 'How long ago the oldest record that a destination has not taken was true.',
  headwatch_queue_disk_bytes: 'What a queue occupies on disk, all files together.',
  headwatch_queue_quarantined_records: 'Damaged records moved aside since the queue was made.',
  headwatch_queue_quarantined_total: 'Damaged records moved aside since the program started.',
  headwatch_queue_lost_total: 'Records that were in a queue and that no file has any more, found at the start.',
  headwatch_queue_writable: '1 while a queue can be written, otherwise 0.',
  headwatch_queue_orphan_records: 'Records kept for a destination that is not configured any more.',
  headwatch_queue_orphan_bytes: 'Bytes kept for a destination that is not configured any more.',
  headwatch_connections: 'Open connections of agents and viewers.',
  headwatch_connections_refused_total: 'Connections that were not let in.',
  headwatch_connections_broken_total: 'Connections ended because a frame broke the rules.',
  headwatch_connection_faults_total: 'Faults of this program that cost one connection each.',
  headwatch_viewers: 'Browsers on the live feed.',
  headwatch_feed_messages_refused_total: 'Messages of viewers that could not be read.',
  headwatch_feed_faults_total: 'Views of the live feed that could not be computed in a tick.',
  headwatch_event_loop_delay_p99_seconds: 'How late the event loop was since the last look, 99th percentile.',
  headwatch_event_loop_delay_max_seconds: 'How late the event loop was since the last look, at worst.',
  headwatch_process_cpu_seconds_total: 'CPU time of this process.',
  headwatch_process_resident_memory_bytes: 'Memory of this process, as resident in RAM.',
}

/** Prometheus text exposition format 0.0.4. Ends in a line feed. */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics.map(metricText).join('')
}

function metricText({ name, type, series }: Metric): string {
  const lines = [`# HELP ${name} ${escapeHelp(help[name] ?? name.replaceAll('_', ' '))}`, `# TYPE ${name} ${type}`]
  for (const { labels, value } of series) lines.push(`${name}${labelText(labels)} ${numberText(value)}`)
  return `${lines.join('\n')}\n`
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const parts = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`)
  return parts.length === 0 ? '' : `{${parts.join(',')}}`
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  return String(value)
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"')
}
