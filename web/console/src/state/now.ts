import { onScopeDispose, ref, type Ref } from 'vue'

const now = ref(Date.now())
let users = 0
let timer = 0

/** The present moment (ms), ticking each second while anybody looks at it. */
export function useNow(): Ref<number> {
  now.value = Date.now()
  if (users++ === 0) timer = window.setInterval(() => (now.value = Date.now()), 1000)
  onScopeDispose(() => {
    if (--users === 0) window.clearInterval(timer)
  })
  return now
}
