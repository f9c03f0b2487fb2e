import { computed } from 'vue'

import type { Role } from '@/api/types'
import { t } from '@/i18n'
import { account } from '@/state/session'

const ADMINISTRATORS: readonly Role[] = ['administrator']
const LEADERS: readonly Role[] = ['shift_leader', ...ADMINISTRATORS]
const KEEPERS: readonly Role[] = ['inspector', ...LEADERS]

/** The pages of the section 录音管理, in order, with the roles whose requests the server grants. */
export const SECTIONS = [
  {
    name: 'keeping-rules',
    path: 'rules',
    roles: KEEPERS,
    text: () => t.value.retention.tabs.rules,
    component: () => import('@/pages/RetentionRulesPage.vue'),
  },
  {
    name: 'keeping-holds',
    path: 'holds',
    roles: KEEPERS,
    text: () => t.value.retention.tabs.holds,
    component: () => import('@/pages/LegalHoldsPage.vue'),
  },
  {
    name: 'keeping-deletions',
    path: 'deletions',
    roles: KEEPERS,
    text: () => t.value.retention.tabs.deletions,
    component: () => import('@/pages/DeletionsPage.vue'),
  },
  {
    name: 'keeping-data',
    path: 'personal-data',
    roles: LEADERS,
    text: () => t.value.retention.tabs.data,
    component: () => import('@/pages/PersonalDataPage.vue'),
  },
  {
    name: 'keeping-exports',
    path: 'exports',
    roles: LEADERS,
    text: () => t.value.retention.tabs.exports,
    component: () => import('@/pages/RecordingExportsPage.vue'),
  },
  {
    name: 'keeping-rights',
    path: 'rights',
    roles: ADMINISTRATORS,
    text: () => t.value.retention.tabs.rights,
    component: () => import('@/pages/RecordingRightsPage.vue'),
  },
]

export const SECTION_NAMES = SECTIONS.map((one) => one.name)

/** Those of them the person who is logged in may open. */
export const sections = computed(() => {
  const role = account.value?.role
  return SECTIONS.filter((one) => role && one.roles.includes(role))
})
