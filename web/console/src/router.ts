import { createRouter, createWebHistory } from 'vue-router'

import { whenLoggedOut } from '@/api/client'
import { t } from '@/i18n'
import { account, forgetSession, knownSession } from '@/state/session'

declare module 'vue-router' {
  interface RouteMeta {
    open?: boolean
  }
}

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('@/pages/LoginPage.vue'), meta: { open: true } },
    {
      path: '/',
      component: () => import('@/layout/AppShell.vue'),
      children: [
        { path: '', redirect: { name: 'calls' } },
        { path: 'calls', name: 'calls', component: () => import('@/pages/CallsPage.vue') },
        { path: 'calls/:id', name: 'call', component: () => import('@/pages/CallPage.vue'), props: true },
        { path: 'cases', name: 'cases', component: () => import('@/pages/CasesPage.vue') },
        {
          path: 'cases/:id(\\d+)',
          name: 'case',
          component: () => import('@/pages/CasePage.vue'),
          props: (route) => ({ id: Number(route.params['id']) }),
        },
        { path: ':rest(.*)*', name: 'nowhere', component: () => import('@/pages/NotFoundPage.vue') },
      ],
    },
  ],
})

router.beforeEach(async (to) => {
  try {
    await knownSession()
  } catch {
    // No answer from the server: the log-in page says so when somebody tries.
  }
  if (!account.value && !to.meta.open) return { name: 'login', query: { next: to.fullPath } }
  if (account.value && to.name === 'login') return { name: 'calls' }
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
