/** A folder with less room than this is no queue, in bytes. */
export const minQueueBytes = 64 * 1024
