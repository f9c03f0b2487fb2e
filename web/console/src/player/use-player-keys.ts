import { onMounted, onUnmounted } from 'vue'

import { shortcutOf, type Wishes } from './shortcuts'
import type { Player } from './use-player'

/** Here every key is a letter of somebody's. */
const TYPING = 'input, textarea, select, [contenteditable], [role="dialog"], [role="combobox"]'
/** Here space, Enter and arrows mean something already. */
const PRESSED = 'button, a, [role="menu"], [role="radio"], [role="tab"], [role="option"]'
const PRESSING = [' ', 'ArrowLeft', 'ArrowRight', 'Home', 'End']

/** The player's keys work anywhere on the page, except where they already mean something. */
export function usePlayerKeys(player: Player, wishes: Wishes): void {
  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return
    const target = event.target instanceof Element ? event.target : null
    if (target?.closest(TYPING)) return
    // A word keeps Enter for itself; space plays from where it was just clicked.
    if (PRESSING.includes(event.key) && !target?.closest('[data-word], [data-hit]') && target?.closest(PRESSED)) return
    const shortcut = shortcutOf(event)
    if (!shortcut) return
    event.preventDefault()
    shortcut.act(player, wishes)
  }
  onMounted(() => document.addEventListener('keydown', pressed))
  onUnmounted(() => document.removeEventListener('keydown', pressed))
}
