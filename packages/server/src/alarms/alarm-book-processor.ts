import type { AlarmBook } from '@headwatch/protocol'
import { defineProcessor, type Plugin } from '@headwatch/sdk'
import { z } from 'zod'

const config = z.object({})

/** Writes every alarm that passes, raised here or by an agent, into `book`: what API and page show. */
export function alarmBookProcessor(book: AlarmBook): Plugin<'processor', Record<string, never>> {
  return defineProcessor({
    name: 'alarm_book',
    summary: 'Keeps the alarms that stand.',
    stability: 'stable',
    config,
    create: (_config, { clock }) => ({
      process(record) {
        if (record.type === 'alarm') book.apply(record, clock.now())
        return record
      },
    }),
  })
}
