import type zh from '@/phone/words/inbox/zh'
import type { Translation } from '@/words/words'

export default {
  title: 'Inbox',
  unread: '{n} unread',
  all: 'All',
  kind: {
    course_announcement: 'Announcements',
    courseware_update: 'Courseware',
    platform_push: 'Platform',
    reply: 'Replies',
    comment: 'Comments',
    account: 'Account',
  },
  filter: 'Filter by kind',
  readAll: 'Mark all read',
  readAllOf: 'Mark all of “{kind}” read',
  new: 'Unread',
  open: 'Open source',
  empty: 'Nothing here yet',
  emptyHint: 'Course announcements, new courseware, platform news, and replies and comments appear here',
} satisfies Translation<typeof zh>
