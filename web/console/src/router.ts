import { ElMessage } from 'element-plus'
import { createRouter, createWebHistory } from 'vue-router'

import type { Role } from '@/api/types'
import { whenLoggedOut } from '@/api/client'
import { CASE_SECTIONS } from '@/case-settings/sections'
import { t } from '@/i18n'
import { SECTIONS } from '@/retention/sections'
import { account, forgetSession, knownSession, overseesQuality, worksOnCasesOnly } from '@/state/session'

declare module 'vue-router' {
  interface RouteMeta {
    open?: boolean
    /** Nobody is asked who they are. */
    anonymous?: boolean
    /** Roles that may come here; everybody when there are none. */
    roles?: readonly Role[]
    /** For who may inspect calls, whatever the role. */
    inspects?: boolean
  }
}

const LEADERS: readonly Role[] = ['shift_leader', 'administrator']
const INSPECTORS: readonly Role[] = ['inspector', ...LEADERS]

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('@/pages/LoginPage.vue'), meta: { open: true } },
    {
      // Hangs on a wall: a token in the address's fragment stands for the log-in.
      path: '/wallboard',
      name: 'wallboard',
      component: () => import('@/pages/WallboardPage.vue'),
      meta: { open: true, anonymous: true },
    },
    {
      path: '/',
      component: () => import('@/layout/AppShell.vue'),
      children: [
        // Where `/` leads depends on who it is: the guard below decides.
        { path: '', name: 'home', component: () => import('@/pages/NotFoundPage.vue') },
        { path: 'desk', name: 'desk', component: () => import('@/pages/DeskPage.vue'), meta: { roles: ['seat'] } },
        { path: 'board', name: 'board', component: () => import('@/pages/BoardPage.vue'), meta: { roles: LEADERS } },
        { path: 'calls', name: 'calls', component: () => import('@/pages/CallsPage.vue') },
        { path: 'calls/:id', name: 'call', component: () => import('@/pages/CallPage.vue'), props: true },
        { path: 'recordings', name: 'recordings', component: () => import('@/pages/RecordingsPage.vue') },
        {
          path: 'recordings/:id(\\d+)',
          name: 'shared-moment',
          component: () => import('@/pages/SharedMomentPage.vue'),
          props: (route) => ({ id: Number(route.params['id']) }),
        },
        {
          path: 'keyword-alerts',
          name: 'keyword-alerts',
          component: () => import('@/pages/KeywordAlertsPage.vue'),
          meta: { roles: INSPECTORS },
        },
        {
          path: 'keyword-lists',
          name: 'keyword-lists',
          component: () => import('@/pages/KeywordListsPage.vue'),
          meta: { roles: INSPECTORS },
        },
        { path: 'cases', name: 'cases', component: () => import('@/pages/CasesPage.vue') },
        {
          path: 'cases/:id(\\d+)',
          name: 'case',
          component: () => import('@/pages/CasePage.vue'),
          props: (route) => ({ id: Number(route.params['id']) }),
        },
        { path: 'quality', name: 'quality-home', redirect: { name: 'quality', params: { tab: 'queue' } } },
        {
          path: 'quality/:tab',
          name: 'quality',
          component: () => import('@/pages/QualityPage.vue'),
          props: true,
          meta: { inspects: true },
        },
        { path: 'my-quality', name: 'quality-mine', component: () => import('@/pages/QualityMinePage.vue') },
        {
          path: 'quality/samples/:id(\\d+)',
          name: 'quality-sample',
          component: () => import('@/pages/QualitySamplePage.vue'),
          props: (route) => ({ id: Number(route.params['id']) }),
          meta: { inspects: true },
        },
        {
          path: 'quality/scores/:id(\\d+)',
          name: 'quality-score',
          component: () => import('@/pages/QualityScorePage.vue'),
          props: (route) => ({ id: Number(route.params['id']) }),
        },
        {
          path: 'quality/calibrations/:id(\\d+)',
          name: 'quality-calibration',
          component: () => import('@/pages/QualityCalibrationPage.vue'),
          props: (route) => ({ id: Number(route.params['id']) }),
          meta: { inspects: true },
        },
        { path: 'phone', name: 'own-phone', component: () => import('@/pages/PhonesPage.vue') },
        { path: 'queues', name: 'queues', component: () => import('@/pages/QueuesPage.vue') },
        { path: 'callbacks', name: 'callbacks', component: () => import('@/pages/CallbacksPage.vue') },
        { path: 'seats', name: 'seats', component: () => import('@/pages/SeatsPage.vue'), meta: { roles: LEADERS } },
        {
          path: 'surveys',
          name: 'surveys',
          component: () => import('@/pages/SurveysPage.vue'),
          meta: { roles: LEADERS },
        },
        { path: 'visits', name: 'visits', component: () => import('@/pages/VisitsPage.vue'), meta: { roles: LEADERS } },
        {
          path: 'keeping',
          component: () => import('@/retention/KeepingLayout.vue'),
          children: [
            { path: '', name: 'keeping', redirect: { name: 'keeping-rules' } },
            ...SECTIONS.map(({ name, path, roles, component }) => ({ name, path, component, meta: { roles } })),
          ],
        },
        {
          path: 'case-settings',
          component: () => import('@/case-settings/CaseSettingsLayout.vue'),
          children: [
            { path: '', name: 'case-settings', redirect: { name: 'case-catalogue' } },
            ...CASE_SECTIONS.map(({ name, path, roles, component }) => ({ name, path, component, meta: { roles } })),
          ],
        },
        {
          path: 'settings',
          component: () => import('@/layout/SettingsLayout.vue'),
          meta: { roles: LEADERS },
          children: [
            { path: '', name: 'settings', redirect: { name: 'flows' } },
            { path: 'flows', name: 'flows', component: () => import('@/pages/FlowsPage.vue') },
            {
              path: 'flows/:name',
              name: 'flow',
              component: () => import('@/pages/FlowPage.vue'),
              props: true,
            },
            {
              path: 'announcements',
              name: 'announcements',
              component: () => import('@/pages/AnnouncementsPage.vue'),
            },
            { path: 'articles', name: 'articles', component: () => import('@/pages/ArticlesPage.vue') },
            { path: 'flags', name: 'flags', component: () => import('@/pages/FlagsPage.vue') },
            { path: 'calendar', name: 'calendar', component: () => import('@/pages/CalendarPage.vue') },
            { path: 'trunks', name: 'trunks', component: () => import('@/pages/TrunksPage.vue') },
            { path: 'recording-states', name: 'recording-states', component: () => import('@/pages/RecordingStatesPage.vue') },
            { path: 'pauses', name: 'pauses', component: () => import('@/pages/PauseReasonsPage.vue') },
            { path: 'directory', name: 'directory', component: () => import('@/pages/DirectoryPage.vue') },
            {
              path: 'phones/:extension?',
              name: 'settings-phones',
              component: () => import('@/pages/PhonesPage.vue'),
              props: true,
            },
            { path: 'lockouts', name: 'lockouts', component: () => import('@/pages/LockoutsPage.vue') },
            { path: 'wallboards', name: 'wallboards', component: () => import('@/pages/WallboardsPage.vue') },
          ],
        },
        { path: ':rest(.*)*', name: 'nowhere', component: () => import('@/pages/NotFoundPage.vue') },
      ],
    },
  ],
})

/** The page a person's day begins on. */
function start(): { name: string } {
  if (account.value?.role === 'seat') return { name: 'desk' }
  if (worksOnCasesOnly(account.value?.role)) return { name: 'cases' }
  const name = account.value?.role === 'inspector' ? 'recordings' : 'calls'
  return { name: router.hasRoute(name) ? name : 'calls' }
}

router.beforeEach(async (to) => {
  if (to.meta.anonymous) return true
  try {
    await knownSession()
  } catch {
    // No answer from the server: the log-in page says so when somebody tries.
  }
  if (!account.value && !to.meta.open) return { name: 'login', query: { next: to.fullPath } }
  if (account.value && (to.name === 'login' || to.name === 'home')) return start()
  const role = account.value?.role
  if (role && to.matched.some((one) => one.meta.roles?.includes(role) === false)) {
    ElMessage.warning(t.value.errors.forbidden)
    return start()
  }
  if (role && to.meta.inspects && !overseesQuality.value) return start()
  return true
})

router.afterEach(() => {
  document.title = t.value.product
})

whenLoggedOut(() => {
  // Asking who we are is allowed to be answered with "nobody".
  if (!account.value) return
  forgetSession()
  void router.push({ name: 'login', query: { next: router.currentRoute.value.fullPath } })
})
