import { onMounted, onScopeDispose } from 'vue'

/** Letters typed into a field, a list or a dialog mean themselves. */
function isTyping(target: EventTarget | null): boolean {
  const element = target as HTMLElement | null
  return !!element?.closest('input, textarea, select, [contenteditable=""], [contenteditable="true"], [role="dialog"]')
}

/** Single keys of the board (`/`, letters in lower case, `escape`) while its page is open. */
export function useBoardKeys(actions: Readonly<Record<string, () => void>>): void {
  function press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
    if (event.isComposing || isTyping(event.target) || document.querySelector('.el-overlay:not([style*="display: none"])')) return
    const action = actions[event.key.toLowerCase()]
    if (!action) return
    event.preventDefault()
    action()
  }
  onMounted(() => window.addEventListener('keydown', press))
  onScopeDispose(() => window.removeEventListener('keydown', press))
}
