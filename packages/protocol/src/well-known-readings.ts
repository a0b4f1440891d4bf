/**
 * Readings that more than one part of the product understands. Any other name is stored and shown as it comes.
 * What a source cannot tell is left out, never sent as zero.
 */
export const reading = {
  /** 1 while the Ethereum client answers, 0 when it does not; `stats.active` of clients that speak ethstats. */
  rpcUp: 'rpc_up_bool',
  peers: 'peers_count',
  pendingTransactions: 'pending_transactions_count',
  gasPriceWei: 'gas_price_wei',
  baseFeeWei: 'base_fee_wei',
  /** 1 while the client catches up with its network. */
  syncing: 'syncing_bool',
  syncStartBlock: 'sync_start_block',
  syncCurrentBlock: 'sync_current_block',
  syncHighestBlock: 'sync_highest_block',
  headNumber: 'head_block',
  mining: 'mining_bool',
  hashrate: 'hashrate_per_s',
  /** From the agent to the server, one way. */
  latency: 'latency_ms',
  /** How far the clock of the node's machine is from the server's: server time = its time + this, give or take `clockError`. */
  clockOffset: 'clock_offset_ms',
  clockError: 'clock_error_ms',
  cpuUsed: 'cpu_used_ratio',
  memoryUsed: 'memory_used_bytes',
  memoryTotal: 'memory_total_bytes',
  /** Labelled `mount`. */
  diskUsed: 'disk_used_bytes',
  diskTotal: 'disk_total_bytes',
  /** Labelled `interface`. */
  networkReceived: 'network_received_bytes_per_s',
  networkSent: 'network_sent_bytes_per_s',
  hostUptime: 'host_uptime_s',
  load1: 'load_1m_ratio',
  clientCpu: 'client_cpu_ratio',
  clientMemory: 'client_memory_bytes',
  clientOpenFiles: 'client_open_files_count',
} as const
