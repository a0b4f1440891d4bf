import type { Kind, Plugin } from '@headwatch/sdk'
import type { CollectorSettings, ExporterSettings, PipelineSettings } from './settings.ts'

interface SettingsByKind {
  collector: CollectorSettings
  receiver: object
  processor: object
  exporter: ExporterSettings
  store: object
}

/** One plugin as an operator configured it. Several instances of a plugin coexist under different names. */
export interface Instance<K extends Kind = Kind> {
  /** The plugin's name, or `name/label`. */
  readonly name: string
  readonly plugin: Plugin<K>
  /** Checked against the plugin's schema. */
  readonly config: unknown
  readonly settings: SettingsByKind[K]
}

/** Which instances feed which, and what that promises. */
export interface PipelinePlan extends PipelineSettings {
  readonly name: string
}

/** Everything a program runs, after configuration has been read and checked. */
export interface Plan {
  readonly self: { readonly agent: string; readonly node: string }
  readonly collectors: readonly Instance<'collector'>[]
  readonly receivers: readonly Instance<'receiver'>[]
  readonly processors: readonly Instance<'processor'>[]
  readonly exporters: readonly Instance<'exporter'>[]
  readonly stores: readonly Instance<'store'>[]
  readonly pipelines: readonly PipelinePlan[]
}
