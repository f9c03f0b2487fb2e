import { computed } from 'vue'

import type { Role } from '@/api/types'
import { t } from '@/i18n'
import { account } from '@/state/session'

const LEADERS: readonly Role[] = ['shift_leader', 'administrator']
const DISPATCH: readonly Role[] = ['dispatcher', ...LEADERS]

/** The pages of the section 案卷设置, in order, with the roles whose requests the server grants. */
export const CASE_SECTIONS = [
  {
    name: 'case-catalogue',
    path: 'catalogue',
    roles: DISPATCH,
    text: () => t.value.catalogue.title,
    component: () => import('@/pages/CataloguePage.vue'),
  },
  {
    name: 'case-places',
    path: 'places',
    roles: DISPATCH,
    text: () => t.value.places.title,
    component: () => import('@/pages/PlacesPage.vue'),
  },
  {
    name: 'case-sources',
    path: 'sources',
    roles: LEADERS,
    text: () => t.value.sourceBook.title,
    component: () => import('@/pages/SourcesPage.vue'),
  },
  {
    name: 'case-platforms',
    path: 'platforms',
    roles: LEADERS,
    text: () => t.value.platforms.title,
    component: () => import('@/pages/PlatformsPage.vue'),
  },
  {
    name: 'case-webhooks',
    path: 'webhooks',
    roles: ['administrator'] as readonly Role[],
    text: () => t.value.webhooks.title,
    component: () => import('@/pages/WebhooksPage.vue'),
  },
  {
    name: 'case-templates',
    path: 'templates',
    roles: DISPATCH,
    text: () => t.value.messages.templates,
    component: () => import('@/pages/MessageTemplatesPage.vue'),
  },
  {
    name: 'case-messages',
    path: 'messages',
    roles: DISPATCH,
    text: () => t.value.messages.outgoing,
    component: () => import('@/pages/OutgoingMessagesPage.vue'),
  },
  {
    name: 'case-contacts',
    path: 'contacts',
    roles: ['administrator'] as readonly Role[],
    text: () => t.value.messages.contacts,
    component: () => import('@/pages/StaffContactsPage.vue'),
  },
  {
    name: 'case-routing',
    path: 'routing',
    roles: DISPATCH,
    text: () => t.value.routing.title,
    component: () => import('@/pages/RoutingPage.vue'),
  },
  {
    name: 'case-returns',
    path: 'returns',
    roles: DISPATCH,
    text: () => t.value.returns.title,
    component: () => import('@/pages/RoutingReturnsPage.vue'),
  },
  {
    name: 'case-repeats',
    path: 'repeats',
    roles: DISPATCH,
    text: () => t.value.links.repeatsTitle,
    component: () => import('@/pages/RepeatsPage.vue'),
  },
]

export const CASE_SECTION_NAMES = CASE_SECTIONS.map((one) => one.name)

/** Those of them the person who is logged in may open. */
export const caseSections = computed(() => {
  const role = account.value?.role
  return CASE_SECTIONS.filter((one) => role && one.roles.includes(role))
})
