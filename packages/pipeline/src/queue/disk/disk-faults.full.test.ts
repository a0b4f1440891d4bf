import { test } from 'node:test'
import { checkFaults } from './testkit/check-faults.ts'

for (const whenFull of ['wait', 'drop_oldest', 'drop_newest'] as const)
  for (const code of ['ENOSPC', 'EIO'])
    test(`${code} of the disk at any call ends nothing, and costs at most what was not acknowledged, ${whenFull}`, () =>
      checkFaults({ code, whenFull, every: 1 }))
