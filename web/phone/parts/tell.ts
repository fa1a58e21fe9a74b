// Short words to the person: a toast, a question, a refusal.
import { showConfirmDialog, showToast, type ToastOptions } from 'vant/es'
import 'vant/es/dialog/style/index'
import 'vant/es/toast/style/index'

export function tell(message: string): void {
  // Vant takes it for a dialog, which waits for somebody; this one is only heard.
  const heard: ToastOptions & { role: string } = { message, duration: 2200, position: 'bottom', role: 'status' }
  showToast(heard)
}

/** Whether the person said yes. */
export async function ask(question: { title?: string; message: string; yes: string; no: string }): Promise<boolean> {
  try {
    await showConfirmDialog({
      title: question.title ?? '',
      message: question.message,
      confirmButtonText: question.yes,
      cancelButtonText: question.no,
      closeOnPopstate: true,
    })
    return true
  } catch {
    return false
  }
}
