export const caseListsZh = {
  caseLists: {
    words: '搜索内容和地址（至少两个字）',
    unit: '责任单位',
    overdue: '只看超时',
    sort: '排序',
    sorts: { newest: '最新在前', oldest: '最早在前', due: '时限最近', changed: '最近变动' },
    export: '导出',
  },
}
