import { computed, ref } from 'vue'

import { api } from '@/api'
import { ApiError } from '@/api/client'
import type { Account } from '@/api/types'

import { connect, disconnect } from './live'

export const account = ref<Account | null>(null)

/** May this person fill in drafts and register them? */
export const mayRegister = computed(() => ['seat', 'shift_leader'].includes(account.value?.role ?? ''))

const CENTRE: readonly string[] = ['seat', 'inspector', 'shift_leader', 'administrator']

/** Neither calls nor recordings are this role's business. */
export const worksOnCasesOnly = (role: string | undefined): boolean => role !== undefined && !CENTRE.includes(role)

/** Shift leader or administrator: may see how the hotline is set and lead its day. */
export const leads = computed(() => ['shift_leader', 'administrator'].includes(account.value?.role ?? ''))

export const administers = computed(() => account.value?.role === 'administrator')

/** Sees the quality pages: leaders do, and whoever may inspect, be it by a grant. */
export const overseesQuality = computed(() => leads.value || account.value?.inspects === true)

let asked: Promise<void> | null = null

async function ask(): Promise<void> {
  try {
    account.value = await api.whoAmI()
    connect()
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) {
      asked = null // the server could not say: ask again at the next page
      throw error
    }
  }
}

/** Find out once who is logged in. Throws ApiError when the server does not answer. */
export function knownSession(): Promise<void> {
  asked ??= ask()
  return asked
}

export async function logIn(username: string, password: string): Promise<void> {
  account.value = await api.logIn(username, password)
  asked = Promise.resolve()
  connect()
}

export async function logOut(): Promise<void> {
  await api.logOut()
  forgetSession()
}

/** The server no longer knows us. */
export function forgetSession(): void {
  account.value = null
  disconnect()
}
