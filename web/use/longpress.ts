// A long press, told apart from a scroll and from a tap.

const HOLD_MS = 550
const SLIP_PX = 10

export interface LongPress {
  onPointerdown: (event: PointerEvent) => void
  onPointermove: (event: PointerEvent) => void
  onPointerup: () => void
  onPointercancel: () => void
  onContextmenu: (event: Event) => void
  onClickCapture: (event: Event) => void
}

/** Listeners for v-bind. `onHold` runs while the finger is still down; the tap that follows is swallowed. */
export function longPress(onHold: () => void, holdMs = HOLD_MS): LongPress {
  let timer: ReturnType<typeof setTimeout> | undefined
  let start = { x: 0, y: 0 }
  let held = false

  function stop(): void {
    clearTimeout(timer)
  }

  return {
    onPointerdown(event) {
      held = false
      start = { x: event.clientX, y: event.clientY }
      stop()
      timer = setTimeout(() => {
        held = true
        navigator.vibrate?.(12)
        onHold()
      }, holdMs)
    },
    onPointermove(event) {
      if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > SLIP_PX) stop()
    },
    onPointerup: stop,
    onPointercancel: stop,
    // Phones answer a long press with a menu of their own.
    onContextmenu: (event) => event.preventDefault(),
    onClickCapture(event) {
      if (!held) return
      held = false
      event.preventDefault()
      event.stopPropagation()
    },
  }
}
