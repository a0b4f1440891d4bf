import { readFile } from 'node:fs/promises'
import { RetryableError } from '@headwatch/sdk'

/** Files of PEM text, read anew for every connection, so that a renewed certificate needs no restart. */
export interface TlsFiles {
  /** Who may have signed the server's certificate; the authorities that Node knows when absent. */
  readonly caFile?: string | undefined
  readonly certFile?: string | undefined
  readonly keyFile?: string | undefined
}

/** What the files hold, under the names that Node has for them. */
export interface TlsTexts {
  readonly ca?: Buffer
  readonly cert?: Buffer
  readonly key?: Buffer
}

/** @throws {RetryableError} one cannot be read. */
export async function readTlsFiles({ caFile, certFile, keyFile }: TlsFiles): Promise<TlsTexts> {
  try {
    return {
      ...(caFile !== undefined && { ca: await readFile(caFile) }),
      ...(certFile !== undefined && { cert: await readFile(certFile) }),
      ...(keyFile !== undefined && { key: await readFile(keyFile) }),
    }
  } catch (cause) {
    throw new RetryableError(`a file for TLS cannot be read: ${(cause as Error).message}`, { cause })
  }
}
