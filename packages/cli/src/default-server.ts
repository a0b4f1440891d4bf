/** What a server that is started by flags alone runs, as a configuration. */
export function defaultServer(listen: string, dataFolder: string) {
  const hasSecret = process.env['HEADWATCH_SECRET'] !== undefined
  return {
    receivers: { ethstats: {} },
    processors: { node_silence: {} },
    stores: { sqlite: { folder: dataFolder } },
    server: { listen },
    access: { sharedSecrets: hasSecret ? ['${HEADWATCH_SECRET}'] : [], bindingsFile: `${dataFolder}/agents.json` },
  }
}
