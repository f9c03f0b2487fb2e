import { onMounted, onUnmounted } from 'vue'

import { STEP_S, type Player } from './use-player'

const OWN_KEYS = 'input, textarea, select, button, a, [contenteditable], [role="menu"], [role="combobox"], [role="radio"]'

/** Space and arrows work anywhere on the page, except where they already mean something. */
export function usePlayerKeys(player: Player): void {
  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const target = event.target instanceof Element ? event.target : null
    // A word keeps Enter for itself; space plays from where it was just clicked.
    if (!target?.closest('[data-word]') && target?.closest(OWN_KEYS)) return
    if (event.key === ' ') void player.toggle()
    else if (event.key === 'ArrowLeft') player.seek(player.time.value - STEP_S)
    else if (event.key === 'ArrowRight') player.seek(player.time.value + STEP_S)
    else return
    event.preventDefault()
  }
  onMounted(() => document.addEventListener('keydown', pressed))
  onUnmounted(() => document.removeEventListener('keydown', pressed))
}
