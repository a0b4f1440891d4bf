import type { Alarm } from '@headwatch/protocol'
import type { ProcessorHost } from '@headwatch/sdk'

/** How long the store may take to tell which alarms stood before the start. */
const patienceMs = 10_000

/** The alarms of the given types as the store knows them; none, with a warning, when it cannot tell. Never rejects. */
export async function recallAlarms(
  { store, clock, logger }: ProcessorHost,
  types: readonly string[],
  limit: number,
  signal: AbortSignal,
): Promise<readonly Alarm[]> {
  if (store === undefined) return []
  const answered = new AbortController()
  const ends = AbortSignal.any([signal, answered.signal])
  try {
    const late = clock.sleep(patienceMs, ends).then(() => {
      throw new Error('no answer in time')
    })
    const alarms = await Promise.race([store.alarms({ from: 0, to: clock.now() + 1, limit }, ends), late])
    return alarms.filter((alarm) => types.includes(alarm.key.alarmType))
  } catch (error) {
    if (!signal.aborted) logger.warn('the store cannot tell which alarms stood', { error: String(error) })
    return []
  } finally {
    answered.abort()
  }
}
