import type { Meter } from '@headwatch/sdk'

/**
 * The meter of one plugin instance. Its names get the plugin's name in front, and the instance's as a label, so that no
 * plugin can touch another one's numbers or our own. Units are spelled as Prometheus wants them: `_ms` and `_s` become
 * `_seconds`, and `_count` goes, since there it means something else. A plugin that writes its own name in front, or
 * ours, gets it once all the same.
 */
export function pluginMeter(registry: Meter, plugin: string, instance: string): Meter {
  const known = new Map<string, { readonly name: string; readonly factor: number }>()
  const spelled = (name: string) => {
    const spelling = known.get(name) ?? spell(plugin, name)
    if (known.size < maxNames) known.set(name, spelling)
    return spelling
  }
  return {
    count(name, by = 1, labels) {
      const counter = spelled(name.endsWith('_total') ? name : `${name}_total`)
      registry.count(counter.name, by * counter.factor, { ...labels, instance })
    },
    set(name, value, labels) {
      const gauge = spelled(name.replace(/_total$/, ''))
      registry.set(gauge.name, value * gauge.factor, { ...labels, instance })
    },
  }
}

/** Names of one plugin that are remembered; it has a handful. */
const maxNames = 500

function spell(plugin: string, name: string): { readonly name: string; readonly factor: number } {
  const factor = /_ms(_total)?$/.test(name) ? 1e-3 : 1
  const bare = name.replace(/^headwatch_/, '').replace(new RegExp(`^${plugin}_`), '')
  const unit = bare.replace(/_m?s(?=$|_total$)/, '_seconds').replace(/_count$/, '')
  return { name: `headwatch_${plugin}_${unit}`, factor }
}
