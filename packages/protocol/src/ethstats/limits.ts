/** What a reader takes from one frame. What is longer is refused whole or cut, as said. */
export interface EthstatsLimits {
  /** In UTF-16 units; a longer frame is malformed without being parsed. */
  readonly frameChars: number
  /** Nesting of arrays and objects; a deeper frame is malformed without being parsed. Frames up to 4,096 units are never deep enough to matter. */
  readonly depth: number
  /** Blocks taken of one `history`; the rest is not read. */
  readonly historyBlocks: number
  /** Texts about a node are cut to this. */
  readonly textChars: number
  /** A longer id is refused: cut ones would collide. */
  readonly idChars: number
}

export const ethstatsLimits: EthstatsLimits = {
  frameChars: 10_485_760,
  depth: 32,
  historyBlocks: 128,
  textChars: 256,
  idChars: 256,
}
