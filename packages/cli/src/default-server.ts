/** What a server that is started by flags alone runs, as a configuration. */
export function defaultServer(listen: string, dataFolder: string) {
  const hasSecret = process.env.HEADWATCH_SECRET !== undefined
  return {
    receivers: { native: {}, ethstats: {} },
    processors: { node_silence: {} },
    stores: { sqlite: { folder: dataFolder } },
    server: { listen, folder: dataFolder },
    access: { sharedSecrets: hasSecret ? [`\${HEADWATCH_SECRET}`] : [], bindingsFile: `${dataFolder}/agents.json` },
  }
}

/**
 * Its pipelines. Agents are acknowledged what is stored. Clients that speak ethstats repeat nothing that is not
 * acknowledged: to wait for the store would only make the live state wait with it.
 */
export const defaultPipelines = {
  agents: { from: ['native'], through: ['node_silence'], to: ['sqlite'], acknowledge: 'stored' },
  ethstats: { from: ['ethstats'], through: ['node_silence'], to: ['sqlite'], acknowledge: 'memory' },
}
