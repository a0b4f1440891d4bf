/** A file as it has to be. */
export interface GeneratedFile {
  /** From the repository's root. */
  readonly path: string
  readonly text: string
}

/** The text of a file as the generators before this one leave it. */
export type ReadText = (path: string) => string

/** Derives files from sources. Writes nothing itself; several may each own a marked section of one file. */
export interface Generator {
  /** What is derived, for messages: `package table`. */
  readonly name: string
  generate(read: ReadText): Promise<readonly GeneratedFile[]>
}
