import type { Kind, Schema } from '@headwatch/sdk'
import { z } from 'zod'
import { pipelineSettings } from '../settings.ts'

/** Who this program is. */
export const selfSection = z.object({
  agent: z.string().min(1).max(256).optional().describe('Name of this agent; the host’s name when absent.'),
  node: z.string().min(1).max(256).optional().describe('Name of the node beside it; the agent’s when absent.'),
})

/** The section of each kind's instances. */
export const sectionOfKind = {
  collector: 'collectors',
  receiver: 'receivers',
  processor: 'processors',
  exporter: 'exporters',
  store: 'stores',
} as const satisfies Record<Kind, string>

/** The sections of every program, whatever it adds. */
export const ownSections: readonly string[] = ['self', 'plugins', ...Object.values(sectionOfKind), 'pipelines']

/** The schemas of the sections that are not made of plugins. */
export const plainSections = { self: selfSection } as const satisfies Record<string, Schema<unknown>>

/** The schema of each entry of `pipelines`. */
export const pipelineSection = pipelineSettings
