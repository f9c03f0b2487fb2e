import { onScopeDispose } from 'vue'

export const SHORTCUTS = [
  { name: 'answer', code: 'KeyA', shown: 'Alt+A' },
  { name: 'hangUp', code: 'KeyX', shown: 'Alt+X' },
  { name: 'hold', code: 'KeyH', shown: 'Alt+H' },
  { name: 'mute', code: 'KeyM', shown: 'Alt+M' },
  { name: 'transfer', code: 'KeyT', shown: 'Alt+T' },
  { name: 'consult', code: 'KeyC', shown: 'Alt+C' },
  { name: 'complete', code: 'KeyG', shown: 'Alt+G' },
  { name: 'cancel', code: 'KeyZ', shown: 'Alt+Z' },
  { name: 'keypad', code: 'KeyK', shown: 'Alt+K' },
  { name: 'ready', code: 'KeyR', shown: 'Alt+R' },
  { name: 'wrapUp', code: 'KeyW', shown: 'Alt+W' },
  { name: 'form', code: 'KeyJ', shown: 'Alt+J' },
  { name: 'help', code: 'Slash', shown: 'Alt+/  ?' },
] as const

export type Shortcut = (typeof SHORTCUTS)[number]['name']

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
}

function named(event: KeyboardEvent): Shortcut | null {
  // A letter alone is text: nothing of a call may hang on where the cursor happens to be.
  if (event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    return SHORTCUTS.find((one) => one.code === event.code)?.name ?? null
  }
  const plain = !event.altKey && !event.ctrlKey && !event.metaKey
  return plain && event.key === '?' && !typing(event.target) ? 'help' : null
}

/** Run what a key stands for while the calling component lives. */
export function useShortcuts(run: Record<Shortcut, () => void>): void {
  const heard = (event: KeyboardEvent) => {
    const name = event.repeat || event.isComposing ? null : named(event)
    if (!name) return
    event.preventDefault()
    run[name]()
  }
  window.addEventListener('keydown', heard)
  onScopeDispose(() => window.removeEventListener('keydown', heard))
}
