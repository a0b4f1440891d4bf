import type { Carrier } from '@headwatch/plugins/native'

/**
 * What leads from an agent to a server of the same program. Loaded when it is asked for, like every plugin: what a front door
 * imports at once becomes a part of it, and an agent that needs only the plugin would load the server with it.
 */
export async function inProcessCarrier(): Promise<Carrier> {
  return new (await import('@headwatch/plugins/native')).Switchboard()
}
