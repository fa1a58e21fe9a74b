// Short words to the person: a toast, a question, a refusal.
import { showConfirmDialog, showToast } from 'vant/es'
import 'vant/es/dialog/style/index'
import 'vant/es/toast/style/index'

export function tell(message: string): void {
  showToast({ message, duration: 2200, position: 'bottom' })
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
