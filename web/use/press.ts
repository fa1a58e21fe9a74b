// Whether a pointer is down. What appears while it is may move the button away from under it, and the click is lost.
let isPressed = false
const set = (pressed: boolean) => (): void => {
  isPressed = pressed
}
addEventListener('pointerdown', set(true), true)
addEventListener('pointerup', set(false), true)
addEventListener('pointercancel', set(false), true)

/** Does it at once, or after the click that is under way. */
export function afterPress(work: () => void): void {
  if (isPressed) addEventListener('pointerup', () => setTimeout(work), { once: true })
  else work()
}
