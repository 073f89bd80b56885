/** What the server tells its pages at `/app/config.json`. */
export interface AppConfig {
  identity: IdentityConfig
  /** Where the sandbox shows the letters it did not send; only in development. */
  mailbox?: string
  payments: 'sandbox' | 'stripe'
  pictures: PictureLimits
  version: string
}

/** What an upload would be refused for. */
export interface PictureLimits {
  maxBytes: number
  maxPixels: number
  /** Of the longer side, in pixels. */
  maxSide: number
}

export type IdentityConfig = SandboxConfig | FirebaseConfig

export interface SandboxConfig {
  kind: 'sandbox'
  url: string
}

export interface FirebaseConfig {
  kind: 'firebase'
  apiKey: string
  projectId: string
  authDomain: string
  emulatorUrl?: string
}

export async function loadConfig(): Promise<AppConfig> {
  const response = await fetch('/app/config.json')
  if (!response.ok) throw new Error(`/app/config.json answered ${String(response.status)}`)
  return (await response.json()) as AppConfig
}
