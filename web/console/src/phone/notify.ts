let shown: Notification | null = null

/** Ask once, at a click: browsers refuse a page that asks by itself. */
export function allowNotifications(): void {
  if ('Notification' in window && Notification.permission === 'default') void Notification.requestPermission()
}

/** Tell who rings while the reader looks at another window; a click brings this one back. */
export function notifyRinging(title: string, body: string): void {
  dropNotification()
  if (!('Notification' in window) || Notification.permission !== 'granted' || document.hasFocus()) return
  try {
    shown = new Notification(title, { body, tag: 'hotline-ring', requireInteraction: true, icon: '/icon.svg' })
  } catch {
    return // some browsers have the class but let only service workers use it
  }
  shown.onclick = () => {
    window.focus()
    dropNotification()
  }
}

export function dropNotification(): void {
  shown?.close()
  shown = null
}
