import type { Kind, Plugin } from '@headwatch/sdk'

/** Where plugins come from, each loaded only when a configuration names it. */
export interface PluginSource {
  readonly kind: Kind
  readonly name: string
  load(): Promise<Plugin>
}

/** The plugins a configuration may name. */
export class PluginCatalog {
  readonly #sources: readonly PluginSource[]

  /** @throws {RangeError} two plugins of one kind have one name. */
  constructor(sources: readonly PluginSource[]) {
    const names = new Set<string>()
    for (const { kind, name } of sources) {
      const key = `${kind} "${name}"`
      if (names.has(key)) throw new RangeError(`there are two plugins that call themselves ${key}`)
      names.add(key)
    }
    this.#sources = sources
  }

  names(kind: Kind): readonly string[] {
    return this.#sources.filter((source) => source.kind === kind).map(({ name }) => name)
  }

  async load(kind: Kind, name: string): Promise<Plugin | undefined> {
    return this.#sources.find((source) => source.kind === kind && source.name === name)?.load()
  }

  /** This catalogue and further plugins. */
  with(sources: readonly PluginSource[]): PluginCatalog {
    return new PluginCatalog([...this.#sources, ...sources])
  }
}
