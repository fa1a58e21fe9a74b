// Words of the message centre.
export default {
  title: '消息中心',
  unread: '{n} 条未读消息',
  all: '全部',
  kind: {
    course_announcement: '课程公告',
    courseware_update: '课件更新',
    platform_push: '平台推送',
    reply: '回复',
    comment: '评论',
    account: '账号',
  },
  filter: '按类型筛选',
  readAll: '全部已读',
  readAllOf: '将“{kind}”全部标为已读',
  new: '未读',
  open: '查看来源',
  empty: '还没有消息',
  emptyHint: '课程公告、课件更新、平台推送，以及讨论区的回复和评论会出现在这里',
}
