export { type EthstatsExporterConfig, type EthstatsReceiverConfig, exporterConfig, receiverConfig } from './config.ts'
export { ethstatsExporter } from './exporter.ts'
export { ethstatsReceiver } from './receiver.ts'
