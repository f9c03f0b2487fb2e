import { request } from './client'
import type { DirectoryEntry } from './desk-types'
import type { PauseReason } from './seat-types'
import type { Items } from './voice-types'

const segment = encodeURIComponent

/** Where seats may transfer to, as it is filled in. */
export type DirectoryForm = Omit<DirectoryEntry, 'id'>

/** How to set a SIP phone up as a seat; holds the password. */
export interface Provisioning {
  linphone: { url: string; qr_svg: string }
  zoiper: { text: string; qr_svg: string }
  yealink: { url: string; text: string }
  plain: { server: string; port: number; user: string; password: string; transport: string }
}

export interface Lockout {
  address: string
  extension: string
  attempts: number
  since: string
  until: string
}

export interface WallboardToken {
  id: number
  label: string
  created_at: string
  expires_at: string
  revoked_at: string | null
}

/** Settings around the seat. */
export const seatSettings = {
  pauseReasons: () => request<Items<PauseReason>>('GET', '/pause-reasons'),
  addPauseReason: (form: PauseReason) => request<PauseReason>('POST', '/pause-reasons', form),
  changePauseReason: (code: string, form: Partial<PauseReason>) =>
    request<PauseReason>('PATCH', `/pause-reasons/${segment(code)}`, form),

  directory: () => request<Items<DirectoryEntry>>('GET', '/directory'),
  addToDirectory: (form: DirectoryForm) => request<DirectoryEntry>('POST', '/directory', form),
  changeInDirectory: (id: number, form: Partial<DirectoryForm>) =>
    request<DirectoryEntry>('PATCH', `/directory/${id}`, form),
  removeFromDirectory: (id: number) => request<void>('DELETE', `/directory/${id}`),

  provisioning: (extension: string) => request<Provisioning>('GET', `/provisioning/${segment(extension)}`),

  lockouts: () => request<Items<Lockout>>('GET', '/lockouts'),
  unlock: (address: string) => request<void>('DELETE', `/lockouts/${segment(address)}`),

  wallboards: () => request<Items<WallboardToken>>('GET', '/wallboard/tokens'),
  addWallboard: (label: string, days: number) =>
    request<{ token: string }>('POST', '/wallboard/tokens', { label, days }),
  revokeWallboard: (id: number) => request<void>('DELETE', `/wallboard/tokens/${id}`),
}
