// Short words to the teacher: a message, a question, a refusal.
import { ElMessage, ElMessageBox } from 'element-plus'
import 'element-plus/es/components/message/style/css'
import 'element-plus/es/components/message-box/style/css'

export function tell(message: string): void {
  ElMessage({ message, type: 'success', duration: 2400, grouping: true })
}

export function warn(message: string): void {
  ElMessage({ message, type: 'error', duration: 5000, grouping: true, showClose: true })
}

/** Whether the teacher said yes. */
export async function ask(question: { message: string; yes: string; no: string; isGrave?: boolean }): Promise<boolean> {
  try {
    await ElMessageBox.confirm(question.message, {
      confirmButtonText: question.yes,
      cancelButtonText: question.no,
      confirmButtonType: question.isGrave === true ? 'danger' : 'primary',
      autofocus: false,
    })
    return true
  } catch {
    return false
  }
}

/** A short text of the teacher's, trimmed; null: never mind. */
export async function askText(question: { message: string; given?: string; most: number; yes: string; no: string }): Promise<string | null> {
  try {
    const { value } = (await ElMessageBox.prompt(question.message, {
      inputValue: question.given ?? '',
      inputValidator: (typed: string | null) => (typed ?? '').trim() !== '' && (typed ?? '').length <= question.most,
      inputErrorMessage: ' ',
      confirmButtonText: question.yes,
      cancelButtonText: question.no,
    })) as { value: string }
    return value.trim()
  } catch {
    return null
  }
}
