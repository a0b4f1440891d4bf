export { EthstatsFleet, type FleetCounts, type FleetOptions } from './ethstats-fleet.ts'
export { PretendChain } from './pretend-chain.ts'
export { PretendNode } from './pretend-node.ts'
export { seededRandom } from './seeded-random.ts'
