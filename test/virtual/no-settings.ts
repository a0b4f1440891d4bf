import type { Schema } from '@headwatch/sdk'

/** Of a plugin that has nothing to configure. */
export const noSettings: Schema<object> = {
  '~standard': { version: 1, vendor: 'test', validate: () => ({ value: {} }) },
}
