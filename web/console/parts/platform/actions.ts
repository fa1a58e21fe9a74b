// What the audit log calls what was done to an account.
import type { Said } from '@/client/refusal'

const ACTIONS: Record<string, Said> = {
  'account.closed': { zh: '注销账号', en: 'Closed' },
  'account.restored': { zh: '恢复账号', en: 'Restored' },
  'account.looked_up': { zh: '查看账号', en: 'Looked up' },
  'identity.bound': { zh: '绑定登录方式', en: 'Bound a login method' },
  'identity.unbound': { zh: '解绑登录方式', en: 'Unbound a login method' },
  'identity.phone_changed': { zh: '更换手机号', en: 'Changed the phone number' },
  'password.changed': { zh: '修改密码', en: 'Changed the password' },
  'password.reset': { zh: '重置密码', en: 'Reset the password' },
  'certification.made': { zh: '完成认证', en: 'Certified' },
  'certification.dissolved': { zh: '解除认证', en: 'Dissolved the certification' },
  'roster.removed': { zh: '名单删除，认证解除', en: 'Removed from a roster' },
  'teacher.added': { zh: '添加为教师', en: 'Added as a teacher' },
  'teacher.removed': { zh: '从教师中移除', en: 'Removed from the teachers' },
  'role.granted': { zh: '授予平台角色', en: 'Granted a platform role' },
  'role.revoked': { zh: '收回平台角色', en: 'Revoked a platform role' },
}

export function actionName(action: string): Said {
  return ACTIONS[action] ?? { zh: action, en: action }
}
