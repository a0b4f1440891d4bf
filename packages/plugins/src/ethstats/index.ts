export { type EthstatsExporterConfig, type EthstatsReceiverConfig, exporterConfig, receiverConfig } from './config.ts'
export { ethstatsReceiver } from './receiver.ts'
